"""How routes get at the engine's services and at who asks."""

from typing import Annotated

from fastapi import Depends, Request

from campana.domain.accounts import Principal
from campana.domain.errors import NotSignedIn
from campana.engine.people.sessions import Visit
from campana.engine.services import Services
from campana.web.cookies import Cookies
from campana.web.middleware.gate import address_of
from campana.web.scope import PRINCIPAL


def services(request: Request) -> Services:
    """The services of the app that got the request."""
    found: Services = request.app.state.services
    return found


def caller(request: Request) -> Principal:
    """Who asks, and in which account. Raises NotSignedIn where nobody is known; somebody at a page is then
    sent to sign in."""
    principal: Principal | None = request.scope.get(PRINCIPAL)
    if principal is None:
        raise NotSignedIn("sign in first")
    return principal


def visit(request: Request) -> Visit:
    """Where the request comes from."""
    return Visit(address_of(request.scope), request.headers.get("user-agent", ""))


def jar(request: Request) -> Cookies:
    """The cookies of the app that got the request."""
    found: Cookies = request.app.state.cookies
    return found


Engine = Annotated[Services, Depends(services)]
Caller = Annotated[Principal, Depends(caller)]
Where = Annotated[Visit, Depends(visit)]
Jar = Annotated[Cookies, Depends(jar)]
