"""Runs a simulator: in the running loop, in a thread of its own, or as a command until SIGTERM."""

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from campana.simulator.config import SimulatorConfig
from campana.simulator.desk import Desk
from campana.simulator.inspection import Inspection
from campana.simulator.ledger import Ledger
from campana.simulator.service import WIRE, Service
from campana.simulator.waiting import reached
from campana.simulator.wire import Wire

# As the web server in front of such platforms has it; the default of 5 s would close idle connections much
# sooner.
KEEP_ALIVE_S = 75
BACKLOG = 2048
STOP_WITHIN_S = 2
DEFAULT_PORT = 8090


class Simulator:
    """One stand-in for BizChat. `ledger` is its witness, `base_url` what a client is given, once it runs."""

    def __init__(self, config: SimulatorConfig | None = None) -> None:
        self._desk = Desk(config or SimulatorConfig())
        self._service: Service | None = None
        self._server: _Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._origin = ""

    @property
    def url(self) -> str:
        """Where it listens, e.g. `http://127.0.0.1:8090`."""
        return self._origin

    @property
    def base_url(self) -> str:
        """BizChat's base, e.g. `http://127.0.0.1:8090/api`."""
        return f"{self._origin}/api"

    @property
    def ledger(self) -> Ledger:
        """Every message request so far."""
        return self._desk.ledger

    @property
    def config(self) -> SimulatorConfig:
        """The settings in force."""
        return self._desk.config

    @property
    def opt_outs(self) -> frozenset[tuple[str, str]]:
        """(vendor uid, phone) of the contacts that were opted out here."""
        return frozenset(self._desk.records.opt_outs)

    def control(self, **changes: Any) -> None:
        """Change settings at run time, from any thread (`config.changed`); ValueError when they make no
        sense.
        """
        self._control(changes)

    async def wait_for_messages(self, count: int, *, timeout: float = 30.0) -> None:
        """Wait, in any loop, until the ledger has `count` entries; TimeoutError after `timeout` seconds."""
        await reached(self.ledger.when(count), timeout=timeout)

    async def wait_for_webhooks(self, *, timeout: float = 30.0) -> None:
        """Wait, in any loop, until no webhook is waiting or under way; TimeoutError after `timeout` s."""
        await reached(self._desk.outbox.drained(), timeout=timeout)

    async def run(self, *, host: str = "127.0.0.1", port: int = 0, ready: Callable[[], None]) -> None:
        """Serve until `stop`, calling `ready` once it listens. OSError when the address or the ledger's file
        can't be had.
        """
        self.ledger.prepare()
        listener = socket.create_server((host, port), family=_family(host), backlog=BACKLOG)
        self._loop = asyncio.get_running_loop()
        self._service = Service(self._desk, Inspection(self._desk, self._control))
        self._server = _Server(self._service, ready)
        shown = f"[{host}]" if ":" in host else host
        self._origin = f"http://{shown}:{listener.getsockname()[1]}"
        try:
            await self._serve(self._server, listener)
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from errors

    async def _serve(self, server: uvicorn.Server, listener: socket.socket) -> None:
        async with asyncio.TaskGroup() as group:
            background = [
                group.create_task(self._desk.outbox.run(), name="simulator-webhooks"),
                group.create_task(self.ledger.keep_flushing(), name="simulator-ledger"),
            ]
            await server.serve(sockets=[listener])
            for task in background:
                task.cancel()

    def stop(self) -> None:
        """End `run`, from any thread: what is being answered is answered, what hangs is reset."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._close)

    def _close(self) -> None:
        if self._server and self._service:
            self._server.should_exit = True
            self._service.close()

    def _control(self, changes: Mapping[str, Any]) -> None:
        self._desk.change(changes)
        if "hang" in changes and self._loop is not None and self._service is not None:
            self._loop.call_soon_threadsafe(self._service.move_gate)


async def serve(
    config: SimulatorConfig,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    *,
    ready: Callable[[Simulator], None] = lambda _: None,
) -> None:
    """Run a simulator until SIGTERM or SIGINT; `ready` is called with it once it listens. OSError when the
    port is taken.
    """
    simulator = Simulator(config)
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for one in signals:
        loop.add_signal_handler(one, simulator.stop)
    try:
        await simulator.run(host=host, port=port, ready=lambda: ready(simulator))
    finally:
        for one in signals:
            loop.remove_signal_handler(one)


@contextlib.asynccontextmanager
async def running(
    config: SimulatorConfig | None = None, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Simulator]:
    """A simulator in the running loop, for as long as the block lasts; port 0 takes a free one."""
    simulator, ready = Simulator(config), asyncio.Event()
    task = asyncio.create_task(simulator.run(host=host, port=port, ready=ready.set), name="simulator")
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait((task, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    try:
        if not task.done():
            yield simulator
    finally:
        simulator.stop()
        await task


@contextlib.contextmanager
def in_thread(
    config: SimulatorConfig | None = None, *, host: str = "127.0.0.1", port: int = 0
) -> Iterator[Simulator]:
    """A simulator in a thread with a loop of its own: for callers without a loop, and for those that block
    theirs.
    """
    simulator = Simulator(config)
    listening: Future[None] = Future()
    run = partial(_run_in_thread, simulator, host=host, port=port, listening=listening)
    thread = threading.Thread(target=run, name="simulator", daemon=True)
    thread.start()
    listening.result()
    try:
        yield simulator
    finally:
        simulator.stop()
        thread.join()


def new_loop() -> asyncio.AbstractEventLoop:
    """Return a new event loop, the fast one where there is one."""
    try:
        from uvloop import new_event_loop  # noqa: PLC0415 - not to be had on every system
    except ImportError:
        return asyncio.new_event_loop()
    return new_event_loop()


def _run_in_thread(simulator: Simulator, *, host: str, port: int, listening: Future[None]) -> None:
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(simulator.run(host=host, port=port, ready=lambda: listening.set_result(None)))
    except OSError as error:
        if listening.done():
            raise
        listening.set_exception(error)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


class _Protocol(HttpToolsProtocol):
    """HTTP on a connection that the service can also break, and that says when a request had been read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Every request is in the ledger; and the access logger may belong to a server beside us in the same
        # process.
        self.access_log = False

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {WIRE: Wire(self.transport)}  # type: ignore[dict-item]

    def on_message_complete(self) -> None:
        wire: Any = self.scope["extensions"][WIRE]
        wire.mark_read()
        super().on_message_complete()


class _Server(uvicorn.Server):
    """uvicorn, told when it listens, and without its own hold on the process: signals and logging are its
    caller's.
    """

    def __init__(self, app: ASGIApp, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_Protocol,
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=STOP_WITHIN_S,
                backlog=BACKLOG,
            )
        )
        self._ready = ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()
