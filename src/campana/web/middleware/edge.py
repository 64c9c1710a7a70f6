"""The outermost layer: the last catch of errors, and the headers of safety on every answer.

Plain ASGI, so that answers stream through untouched.
"""

import re
import time

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campana.web.errors import Problem, answer

log = structlog.get_logger(__name__)

SAFETY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
}


_SECRET = re.compile(r"^(/+webhooks/+[^/]*/+).+", re.DOTALL)


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
            log.exception("http.broke", method=scope["method"], path=_shown(scope["path"]))
            if status:
                raise
            problem = Problem(500, "Something went wrong", "the error is in the server's log")
            await answer(Request(scope), problem)(scope, receive, send_safely)
        log.debug(
            "http.request",
            method=scope["method"],
            path=_shown(scope["path"]),
            status=status,
            ms=round((time.perf_counter() - began) * 1000, 1),
        )


def _shown(path: str) -> str:
    """The path as logs may have it: an address that a provider posts to ends in a secret."""
    return _SECRET.sub(r"\1…", path)
