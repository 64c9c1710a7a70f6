"""Ceilings on bodies, of size and of time, enforced while they are read."""

import asyncio
import contextlib
import time
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campana.web.errors import Problem

PATIENCE_S = 30.0
LEAST_BYTES_PER_S = 16 * 1024
"""Slower than this on average, and a body is not waited for: a phone's poor line makes twice as much."""
LINGER_S = 2.0
LINGER_BYTES = 64 * 1024 * 1024
_TOO_LARGE = "the body is larger than the {:g} MiB allowed here"


class Ceiling:
    """Refuses bodies above a ceiling with 413: at once where their length is told, else while they are
    read. Those that trickle in are refused with 408. `most_at` has other ceilings for paths that begin so."""

    def __init__(self, app: ASGIApp, *, most: int, most_at: Mapping[str, int]) -> None:
        self._app = app
        self._most = most
        self._most_at = most_at

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        most = next((most for start, most in self._most_at.items() if path.startswith(start)), self._most)
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > most:
            await _too_large(most)(scope, receive, _lingering(receive, send))
            return
        read, waited_s, ended = 0, 0.0, False

        async def receive_some() -> Message:
            nonlocal read, waited_s, ended
            if ended:  # from here on there is only the client's going away to hear of
                return await receive()
            began = time.monotonic()
            message = await _in_time(receive, PATIENCE_S + read / LEAST_BYTES_PER_S - waited_s)
            waited_s += time.monotonic() - began
            read += len(message.get("body", b""))
            ended = not message.get("more_body")
            if read > most:
                raise BodyTooLarge(most)
            return message

        async def send_any(message: Message) -> None:
            await (_lingering(receive, send) if read > most else send)(message)

        await self._app(scope, receive_some, send_any)


class BodyTooSlow(HTTPException):
    """Raised while the body is read, as BodyTooLarge is."""

    def __init__(self) -> None:
        super().__init__(408, "the body came too slowly", headers={"Connection": "close"})


class BodyTooLarge(HTTPException):
    """Raised while the body is read; the web framework lets errors of this kind pass."""

    def __init__(self, most: int) -> None:
        super().__init__(413, _TOO_LARGE.format(most / 1024 / 1024), headers={"Connection": "close"})


async def _in_time(receive: Receive, seconds: float) -> Message:
    try:
        return await asyncio.wait_for(receive(), max(0.0, seconds))
    except TimeoutError:
        raise BodyTooSlow from None


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
