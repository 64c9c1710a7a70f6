"""The outermost layer: the last catch of errors, and the headers of safety on every answer.

Plain ASGI, so that answers stream through untouched.
"""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from uuid import UUID

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, bound_contextvars

from campana.engine.ports import Step, Tracing
from campana.web import request_ids
from campana.web.errors import Problem, answer
from campana.web.request_ids import HEADER
from campana.web.scope import PRINCIPAL, ROUTE

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


BY_MACHINES = ("/healthz", "/readyz", "/metrics", "/static")
"""what monitoring asks for all the time, and each page many times over: these lines are for debugging"""
BY_THE_THOUSAND = (*BY_MACHINES, "/webhooks")
"""how paths begin of which only a share is traced"""


class Edge:
    """Requests get their ids; an error nobody expected is logged and answered without internals; answers get
    their headers, and a log line each."""

    def __init__(self, app: ASGIApp, *, secure: bool, tracing: Tracing) -> None:
        self._app = app
        self._tracing = tracing
        self._headers: Mapping[str, str] = SAFETY | (STRICT_TRANSPORT if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        named = request_ids.id_for(scope)
        sending = _Sending(send, scope, {**self._headers, HEADER: named})
        with bound_contextvars(**{request_ids.FIELD: named}), self._traced(scope, named) as step:
            if step.trace_id:
                bind_contextvars(trace=step.trace_id)
            await self._answer(scope, receive, sending)
            step.rename(f"{scope['method']} {scope.get(ROUTE, '')}".strip())
            step.note({"http.route": scope.get(ROUTE, ""), "http.response.status_code": sending.status})

    def _traced(self, scope: Scope, named: str) -> AbstractContextManager[Step]:
        told = {"http.request.method": scope["method"], "request": named}
        often = scope["path"].startswith(BY_THE_THOUSAND)
        return (self._tracing.sample if often else self._tracing.step)(scope["method"], told)

    async def _answer(self, scope: Scope, receive: Receive, send: "_Sending") -> None:
        began = time.perf_counter()
        try:
            await self._app(scope, receive, send)
        except Exception:
            log.exception("http.broke", method=scope["method"], route=scope.get(ROUTE, ""))
            if send.status:
                raise
            problem = Problem(500, "Something went wrong", "the error is in the server's log")
            await answer(Request(scope), problem)(scope, receive, send)
        _tell(scope, send.status, time.perf_counter() - began)


class _Sending:
    """The way out of an answer: its headers are added, and its status is kept."""

    def __init__(self, send: Send, scope: Scope, headers: Mapping[str, str]) -> None:
        self.status = 0
        self._send = send
        self._scope = scope
        self._headers = headers

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
            if self._scope["path"].startswith("/api/v1"):
                headers["Cache-Control"] = "no-store"
        await self._send(message)


def _tell(scope: Scope, status: int, took_s: float) -> None:
    """The request's line. Paths may hold a secret (a webhook's), queries a number: the route's template holds
    neither."""
    route = scope.get(ROUTE, "")
    told = {"method": scope["method"], "route": route, "status": status, "ms": round(took_s * 1000, 1)}
    principal = scope.get(PRINCIPAL)
    if principal is not None:
        told |= {"user": str(principal.user_id), "account": str(principal.account_id)}
    for what in ("campaign", "sender"):
        with suppress(KeyError, ValueError):
            told[what] = str(UUID(scope["path_params"][f"{what}_id"]))
    write = log.debug if route in BY_MACHINES else log.info
    write("http.request", **told)
