"""How routes get at the engine's services and at who asks."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from campana.domain.accounts import Principal
from campana.domain.errors import InvalidInput, NotSignedIn
from campana.engine.people.sessions import Visit
from campana.engine.services import Services
from campana.web.cookies import Cookies
from campana.web.middleware.gate import address_of
from campana.web.scope import PRINCIPAL

OTHER_ACCOUNT = "Campana-Account"
"""the header by which an administrator looks at an account whose owners allow it"""


def services(request: Request) -> Services:
    """The services of the app that got the request."""
    found: Services = request.app.state.services
    return found


async def caller(request: Request) -> Principal:
    """Who asks, and in which account. Raises NotSignedIn where nobody is known; somebody at a page is then
    sent to sign in. Raises Forbidden where an administrator names an account that does not let them in."""
    principal: Principal | None = request.scope.get(PRINCIPAL)
    if principal is None:
        raise NotSignedIn("sign in first")
    if (named := request.headers.get(OTHER_ACCOUNT)) is None:
        return principal
    try:
        account_id = UUID(named)
    except ValueError:
        raise InvalidInput.of(OTHER_ACCOUNT, "is not the id of an account") from None
    return await services(request).tenants.enter(principal, account_id)


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
