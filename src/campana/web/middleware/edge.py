"""The outermost layer: the last catch of errors, and the headers of safety on every answer.

Plain ASGI, so that answers stream through untouched.
"""

import time
from collections.abc import Mapping

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campana.web.errors import Problem, answer
from campana.web.scope import ROUTE

log = structlog.get_logger(__name__)

SAFETY = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Within the site the referrer goes along: without it browsers send forms with the origin `null`.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=31536000"}


class Edge:
    """An error nobody expected is logged and answered without internals; answers get their headers."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers: Mapping[str, str] = SAFETY | (STRICT_TRANSPORT if secure else {})

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
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/v1"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        # Paths may hold a secret (a webhook's); the route's template does not.
        try:
            await self._app(scope, receive, send_safely)
        except Exception:
            log.exception("http.broke", method=scope["method"], route=scope.get(ROUTE, ""))
            if status:
                raise
            problem = Problem(500, "Something went wrong", "the error is in the server's log")
            await answer(Request(scope), problem)(scope, receive, send_safely)
        log.debug(
            "http.request",
            method=scope["method"],
            route=scope.get(ROUTE, ""),
            status=status,
            ms=round((time.perf_counter() - began) * 1000, 1),
        )
