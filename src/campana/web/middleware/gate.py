"""Who may pass: finds the route a request is for, what the access table says of it, and who is asking.

Done here and not route by route: no route can forget it, and no body is read for a stranger.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import structlog
from fastapi.routing import iter_route_contexts
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from campana.domain.accounts import Principal
from campana.domain.errors import CampanaError, Forbidden, NotSignedIn
from campana.domain.permissions import Action, permit
from campana.web.access import Door
from campana.web.errors import answer, answer_to
from campana.web.scope import PRINCIPAL

log = structlog.get_logger(__name__)

Access = Mapping[tuple[str, str], Action | Door]


class Gate:
    """Lets through what the table allows; who came is in the scope from then on."""

    def __init__(
        self, app: ASGIApp, *, access: Access, authenticate: Callable[[str], Awaitable[Principal]]
    ) -> None:
        self._app = app
        self._access = access
        self._authenticate = authenticate
        self._routes: tuple[Route, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # there is none; should one be added, it needs a door first
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "http":
            try:
                await self._let_in(scope)
            except (CampanaError, HTTPException) as error:
                await answer(Request(scope), answer_to(error))(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _let_in(self, scope: Scope) -> None:
        """Return if the request may go on. Raises HTTPException where there is no such route, CampanaError
        otherwise."""
        self._routes = self._routes or tuple(_routes(scope["app"].routes))
        method, template = _route_of(self._routes, scope)
        door = self._access.get((method, template))
        if door is None:
            log.error("gate.no_line", method=method, route=template)
            raise Forbidden("this route stands in no access table, so nobody gets to it")
        if door is Door.PUBLIC:
            return
        principal = await self._authenticate(_bearer(Headers(scope=scope)))
        if isinstance(door, Action):
            permit(principal, door)
        scope[PRINCIPAL] = principal


@dataclass(frozen=True, slots=True)
class Route:
    """A route as the router knows it. `methods` is None where it takes any, as a folder of files does."""

    template: str
    pattern: re.Pattern[str]
    methods: frozenset[str] | None


def _routes(routes: Sequence[BaseRoute]) -> Iterator[Route]:
    """In the order in which the router looks through them."""
    for found in iter_route_contexts(routes):
        methods = None if found.methods is None else frozenset(found.methods)
        yield Route(found.path or "", found.path_regex, methods)


def _route_of(routes: Sequence[Route], scope: Scope) -> tuple[str, str]:
    """The method (HEAD counts as GET) and the template of the route the router will choose."""
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    fitting = [route for route in routes if route.pattern.match(scope["path"])]
    if not fitting:
        raise HTTPException(404)
    for route in fitting:
        if route.methods is None or scope["method"] in route.methods:
            return method, route.template
    allowed = sorted(set().union(*(route.methods or () for route in fitting)))
    raise HTTPException(405, headers={"Allow": ", ".join(allowed)})


def _bearer(headers: Headers) -> str:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise NotSignedIn("send an API key in the header Authorization: Bearer cmp_…")
    return key.strip()
