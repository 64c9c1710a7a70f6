"""What tests and people ask the simulator itself: the ledger, its figures, and changes at run time. Not part
of BizChat.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from campana.simulator.desk import Desk

LINES_PER_CHUNK = 1000
ABOUT = """BizChat simulator

POST /api/{vendor_uid}/contact/send-template-message and the rest of BizChat's API
GET /ledger, GET /ledger/summary, DELETE /ledger, GET and POST /control
"""


class Inspection:
    """The application for everything outside `/api`. `control` applies changes, or raises ValueError."""

    def __init__(self, desk: Desk, control: Callable[[Mapping[str, Any]], None]) -> None:
        self._desk = desk
        self._control = control
        self._router = Router(
            [
                Route("/", self._about),
                Route("/ledger", self._read_ledger),
                Route("/ledger", self._clear_ledger, methods=["DELETE"]),
                Route("/ledger/summary", self._read_summary),
                Route("/control", self._read_control),
                Route("/control", self._write_control, methods=["POST"]),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._router(scope, receive, send)

    async def _about(self, _: Request) -> Response:
        return PlainTextResponse(ABOUT)

    async def _read_ledger(self, request: Request) -> Response:
        """JSON lines from entry `?since=` (0) on; `X-Ledger-Next` is where to go on."""
        since = request.query_params.get("since", "0")
        if not (since.isascii() and since.isdigit()):
            return JSONResponse({"error": "since is the number of the first entry wanted, 0 or more"}, 422)
        end = len(self._desk.ledger)
        lines = _ledger_lines(self._desk, int(since), end)
        return StreamingResponse(
            lines, media_type="application/x-ndjson", headers={"x-ledger-next": str(end)}
        )

    async def _clear_ledger(self, _: Request) -> Response:
        self._desk.ledger.clear()
        return Response(status_code=204)

    async def _read_summary(self, _: Request) -> Response:
        return JSONResponse(self._desk.ledger.summary() | {"webhooks": self._desk.outbox.counts()})

    async def _read_control(self, _: Request) -> Response:
        settings = self._desk.config.model_dump(mode="json", exclude={"accounts"})
        opt_outs = [
            {"vendor_uid": vendor, "phone": phone} for vendor, phone in sorted(self._desk.records.opt_outs)
        ]
        return JSONResponse(settings | {"opt_outs": opt_outs})

    async def _write_control(self, request: Request) -> Response:
        try:
            changes = await request.json()
            if not isinstance(changes, dict):
                raise ValueError("the body is a JSON object of what is to change")
            self._control(changes)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 422)
        return await self._read_control(request)


async def _ledger_lines(desk: Desk, start: int, end: int) -> AsyncIterator[str]:
    for first in range(start, end, LINES_PER_CHUNK):
        entries = desk.ledger.part(first, min(LINES_PER_CHUNK, end - first))
        yield "".join(f"{entry.as_line()}\n" for entry in entries)
