"""Who may pass: finds the route a request is for, what the access table says of it, and who is asking.

Done here and not route by route: no route can forget it, and no body is read for a stranger.
"""

import contextlib
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from fastapi.routing import iter_route_contexts
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campana.domain.accounts import Principal, Way
from campana.domain.errors import CampanaError, Forbidden, InvalidInput, NotSignedIn
from campana.domain.permissions import Action, permit
from campana.engine.tenants import Inside
from campana.web.access import Door
from campana.web.cookies import Cookies, new_visitor
from campana.web.errors import answer, answer_to
from campana.web.middleware.csrf import SAFE_METHODS, check_origin, check_token
from campana.web.middleware.hosts import OurNames
from campana.web.scope import CSRF, INSIDE, PRINCIPAL, ROUTE, SHUT_OUT

log = structlog.get_logger(__name__)

Access = Mapping[tuple[str, str], Action | Door]
Authenticate = Callable[[str, str], Awaitable[Principal]]
Enter = Callable[[Principal, UUID], Awaitable[Inside]]

OTHER_ACCOUNT = "campana-account"
"""the header by which an administrator reads in an account whose owners allow it"""


@dataclass(frozen=True, slots=True)
class Entrances:
    """The ways in: who stands behind a key and behind a session's token (each with the address it came from);
    how an administrator gets into another account, by a header (noted each time) and in a browser (noted when
    they entered); the cookies that hold tokens, and the names this server goes by."""

    by_key: Authenticate
    by_session: Authenticate
    enter: Enter
    inside: Enter
    cookies: Cookies
    names: OurNames


class Gate:
    """Lets through what the table allows; who came is in the scope from then on, and for whoever came with a
    cookie the token that forms have to send back."""

    def __init__(self, app: ASGIApp, *, access: Access, entrances: Entrances) -> None:
        self._app = app
        self._access = access
        self._entrances = entrances
        self._routes: tuple[Route, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # there is none; should one be added, it needs a door first
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "http":
            try:
                receive, send = await self._let_in(scope, receive, send)
            except (CampanaError, HTTPException) as error:
                refusal = answer(Request(scope), answer_to(error))
                if scope.get(SHUT_OUT):
                    self._entrances.cookies.drop(refusal, "account")
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> tuple[Receive, Send]:
        """Return how the request goes on, if it may. Raises HTTPException where there is no such route,
        CampanaError otherwise."""
        self._routes = self._routes or tuple(_routes(scope["app"].routes))
        method, scope[ROUTE] = _route_of(self._routes, scope)
        door = self._access.get((method, scope[ROUTE]))
        if door is None:
            log.error("gate.no_line", method=method, route=scope[ROUTE])
            raise Forbidden("this route stands in no access table, so nobody gets to it")
        if door is Door.PUBLIC:
            return receive, send
        if not self._entrances.names.has(Headers(scope=scope).get("host", "")):
            raise HTTPException(
                421, "this server does not go by that name; set CAMPANA_PUBLIC_URL or CAMPANA_ALLOWED_HOSTS"
            )
        if door is Door.VISITOR:
            return await self._visited(scope, receive, send)
        receive = await self._identified(scope, receive)
        if isinstance(door, Action):
            permit(scope[PRINCIPAL], door)
            await self._look_in(scope, door)
            permit(scope[PRINCIPAL], door)  # a viewer may do less than whoever came
        return receive, send

    async def _look_in(self, scope: Scope, door: Action) -> None:
        """Let an administrator who names an account act as a viewer of it. Raises InvalidInput; Forbidden
        where its owners do not allow that, or not any more."""
        headers, principal = Headers(scope=scope), scope[PRINCIPAL]
        if (named := headers.get(OTHER_ACCOUNT)) is not None:
            scope[PRINCIPAL] = (await self._entrances.enter(principal, _account_id(named))).viewer
            return
        entered = self._entrances.cookies.read(headers.get("cookie", ""), "account")
        # The administration's own pages are there all the while: they lead out again.
        if entered is None or principal.way is not Way.SESSION or door is Action.ADMIN:
            return
        try:
            inside = await self._entrances.inside(principal, _account_id(entered))
        except Forbidden:
            scope[SHUT_OUT] = True
            raise
        scope[PRINCIPAL], scope[INSIDE] = inside.viewer, inside.account

    async def _identified(self, scope: Scope, receive: Receive) -> Receive:
        """By the key in the header, or else by the session in the cookie."""
        headers = Headers(scope=scope)
        if "authorization" in headers:
            scope[PRINCIPAL] = await self._entrances.by_key(_bearer(headers), address_of(scope))
            return receive
        token = self._entrances.cookies.read(headers.get("cookie", ""), "session")
        if token is None:
            raise NotSignedIn("sign in, or send an API key in the header Authorization: Bearer cmp_…")
        scope[PRINCIPAL] = await self._entrances.by_session(token, address_of(scope))
        scope[CSRF] = self._entrances.cookies.form_token("session", token)
        return await self._from_our_form(scope, receive)

    async def _visited(self, scope: Scope, receive: Receive, send: Send) -> tuple[Receive, Send]:
        """A visitor's form is bound to a cookie as well: nobody is to be signed in as somebody else."""
        cookies = self._entrances.cookies
        known = cookies.read(Headers(scope=scope).get("cookie", ""), "visitor")
        visitor = known or new_visitor()
        scope[CSRF] = cookies.form_token("visitor", visitor)
        await self._recognised(scope)
        if known is None:
            greeting = Response()
            cookies.put(greeting, "visitor", visitor)
            send = _with_cookie(send, greeting.headers["set-cookie"])
        return await self._from_our_form(scope, receive), send

    async def _recognised(self, scope: Scope) -> None:
        """Somebody signed in may come here too, and be known; whoever is not is as welcome."""
        token = self._entrances.cookies.read(Headers(scope=scope).get("cookie", ""), "session")
        if token is not None:
            with contextlib.suppress(NotSignedIn):
                scope[PRINCIPAL] = await self._entrances.by_session(token, address_of(scope))

    async def _from_our_form(self, scope: Scope, receive: Receive) -> Receive:
        """Return how the request is read on, if no foreign site sent it. Raises Forbidden."""
        if scope["method"] in SAFE_METHODS:
            return receive
        headers = Headers(scope=scope)
        check_origin(headers, self._entrances.names.origins(scope["scheme"], headers.get("host", "")))
        return await check_token(scope, receive, scope[CSRF])


@dataclass(frozen=True, slots=True)
class Route:
    """A route as the router knows it. `start` is what each of its paths begins with: looking at that first
    spares most of two hundred matches. `methods` is None where it takes any, as a folder of files does."""

    template: str
    start: str
    pattern: re.Pattern[str]
    methods: frozenset[str] | None


def address_of(scope: Scope) -> str:
    """The client's address."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _routes(routes: Sequence[BaseRoute]) -> Iterator[Route]:
    """In the order in which the router looks through them."""
    for found in iter_route_contexts(routes):
        methods = None if found.methods is None else frozenset(found.methods)
        path = found.path or ""
        yield Route(path, path.partition("{")[0], found.path_regex, methods)


def _route_of(routes: Sequence[Route], scope: Scope) -> tuple[str, str]:
    """The method (HEAD counts as GET) and the template of the route the router will choose."""
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    path: str = scope["path"]
    allowed: set[str] = set()
    for route in routes:
        if path.startswith(route.start) and route.pattern.match(path):
            if route.methods is None or scope["method"] in route.methods:
                return method, route.template
            allowed |= route.methods
    if not allowed:
        raise HTTPException(404)
    raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})


def _account_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput.of(OTHER_ACCOUNT, "is not the id of an account") from None


def _bearer(headers: Headers) -> str:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise NotSignedIn("send an API key in the header Authorization: Bearer cmp_…")
    return key.strip()


def _with_cookie(send: Send, cookie: str) -> Send:
    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    return send_with_cookie
