"""The ASGI application: reads a request, asks the desk, and carries the plan out on the wire."""

import asyncio
import contextlib

from starlette.types import ASGIApp, Receive, Scope, Send

from campana.simulator.answers import Answer
from campana.simulator.calls import read_call
from campana.simulator.desk import Decision, Desk
from campana.simulator.plans import Ending
from campana.simulator.wire import Wire

WIRE = "campana.wire"
# A longer wait has to notice that the simulator is being stopped; a shorter one is cheaper as a plain sleep.
PLAIN_SLEEP_S = 1.0


class Service:
    """BizChat's side of the wire below `/api`; `inspection` serves every other path."""

    def __init__(self, desk: Desk, inspection: ASGIApp) -> None:
        self._desk = desk
        self._inspection = inspection
        self._gate = asyncio.Event()
        self._closing = asyncio.Event()
        self._silent: set[Wire] = set()
        self.move_gate()

    def move_gate(self) -> None:
        """Hold answers back or let them go, as the settings say now."""
        if self._desk.config.hang and not self._closing.is_set():
            self._gate.clear()
        else:
            self._gate.set()

    def close(self) -> None:
        """End every wait: held and slow requests are answered now, silent connections are reset."""
        self._closing.set()
        self._gate.set()
        for wire in tuple(self._silent):
            wire.reset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not scope["path"].startswith("/api/"):
            await self._inspection(scope, receive, send)
            return
        body = await _read_body(receive)
        if body is None:
            return
        wire: Wire = scope["extensions"][WIRE]
        decision = self._desk.decide(read_call(scope, body, at=wire.at, monotonic=wire.monotonic))
        if decision.early:
            await self._desk.outbox.post_now(decision.early)
        await self._wait(decision.wait_s)
        await self._gate.wait()
        await self._finish(decision, wire, receive, send)

    async def _wait(self, seconds: float) -> None:
        if seconds <= PLAIN_SLEEP_S:
            await asyncio.sleep(seconds)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()

    async def _finish(self, decision: Decision, wire: Wire, receive: Receive, send: Send) -> None:
        answer, ending = decision.plan.answer, decision.plan.ending
        if answer and ending is Ending.ANSWER:
            await _answer(answer, decision, send)
            return
        if answer:
            await _half_an_answer(answer, send)
        if ending in (Ending.CLOSE, Ending.CUT):
            wire.close()
        elif ending is Ending.RESET or self._closing.is_set():
            wire.reset()
        self._silent.add(wire)
        try:
            await _disconnected(receive)
        finally:
            self._silent.discard(wire)


async def _read_body(receive: Receive) -> bytes | None:
    """Return the whole body, or None when the client went away before its end."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def _answer(answer: Answer, decision: Decision, send: Send) -> None:
    headers = [
        (b"content-type", answer.content_type),
        (b"content-length", b"%d" % len(answer.body)),
        *answer.headers,
        # A 429 brings its own; what stands in front of the platform knows nothing of its limits.
        *(() if answer.fronted or answer.headers else decision.headers),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _half_an_answer(answer: Answer, send: Send) -> None:
    headers = [(b"content-type", answer.content_type), (b"content-length", b"%d" % len(answer.body))]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send(
        {"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True}
    )


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
