"""What stands around every request: the last catch of errors, headers of safety, ceilings on bodies, the key.

Plain ASGI, so that answers stream through untouched.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campana.domain.accounts import Principal
from campana.domain.errors import CampanaError, NotSignedIn
from campana.web.errors import Problem, problem_of

log = structlog.get_logger(__name__)

SAFETY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
}
LINGER_S = 2.0
LINGER_BYTES = 64 * 1024 * 1024


class Edge:
    """The outermost: an error nobody expected is logged and answered without internals; answers get their
    headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def send_safely(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in SAFETY.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/v1"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        try:
            await self._app(scope, receive, send_safely)
        except Exception:
            log.exception("http.broke", method=scope["method"], path=scope["path"])
            if status:
                raise
            problem = Problem(500, "Something went wrong", "the error is in the server's log")
            await problem(scope, receive, send_safely)
        log.debug(
            "http.request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            ms=round((time.perf_counter() - began) * 1000, 1),
        )


class Ceiling:
    """Refuses bodies above a ceiling with 413: at once where their length is told, else while they are
    read."""

    def __init__(self, app: ASGIApp, *, most: int, most_at: Mapping[str, int]) -> None:
        self._app = app
        self._most = most
        self._most_at = most_at

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most_at.get(scope["path"], self._most)
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > most:
            await _too_large(most)(scope, receive, _lingering(receive, send))
            return
        read = 0

        async def receive_some() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise BodyTooLarge(most)
            return message

        async def send_any(message: Message) -> None:
            await (_lingering(receive, send) if read > most else send)(message)

        await self._app(scope, receive_some, send_any)


class BodyTooLarge(HTTPException):
    """Raised while the body is read; the web framework lets errors of this kind pass."""

    def __init__(self, most: int) -> None:
        super().__init__(413, _TOO_LARGE.format(most / 1024 / 1024), headers={"Connection": "close"})


class KeyRequired:
    """Nothing below `prefix` is reached without a valid key; who came is in the scope from then on.

    Done here and not route by route: no route can forget it, and no body is read for a stranger.
    """

    def __init__(
        self, app: ASGIApp, *, prefix: str, authenticate: Callable[[str], Awaitable[Principal]]
    ) -> None:
        self._app = app
        self._prefix = prefix
        self._authenticate = authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(self._prefix):
            try:
                scope[PRINCIPAL] = await self._authenticate(_bearer(Headers(scope=scope)))
            except CampanaError as error:
                await problem_of(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


PRINCIPAL = "campana.principal"
_TOO_LARGE = "the body is larger than the {:g} MiB allowed here"


def _too_large(most: int) -> Problem:
    error = BodyTooLarge(most)
    return Problem(413, "Content Too Large", error.detail, headers=error.headers)


def _lingering(receive: Receive, send: Send) -> Send:
    """Reads on for a moment before the connection is closed: a client that is still writing would otherwise
    see a reset instead of the answer."""

    async def send_and_linger(message: Message) -> None:
        if message["type"] != "http.response.body" or message.get("more_body"):
            await send(message)
            return
        await send({**message, "more_body": True})
        await _drain(receive)
        await send({"type": "http.response.body", "body": b""})

    return send_and_linger


async def _drain(receive: Receive) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_read_on(receive), LINGER_S)


async def _read_on(receive: Receive) -> None:
    left = LINGER_BYTES
    more = True
    while more and left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        more = bool(message.get("more_body"))


def _bearer(headers: Headers) -> str:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise NotSignedIn("send an API key in the header Authorization: Bearer cmp_…")
    return key.strip()
