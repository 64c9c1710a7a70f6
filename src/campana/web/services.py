"""How routes get at the engine's services and at who asks."""

from typing import Annotated

from fastapi import Depends, Request

from campana.domain.accounts import Principal
from campana.domain.errors import NotSignedIn
from campana.engine.services import Services
from campana.web.middleware.gate import PRINCIPAL


def services(request: Request) -> Services:
    """The services of the app that got the request."""
    found: Services = request.app.state.services
    return found


def caller(request: Request) -> Principal:
    """Who asks. The middleware lets nobody else through; should it be missing, nobody gets in."""
    principal: Principal | None = request.scope.get(PRINCIPAL)
    if principal is None:
        raise NotSignedIn("no key was looked at")
    return principal


Engine = Annotated[Services, Depends(services)]
Caller = Annotated[Principal, Depends(caller)]
