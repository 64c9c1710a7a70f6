"""One running process: the engine's services and the web server side by side, until a signal or a death
ends both.

SIGTERM and SIGINT: the web server takes no new connections, lanes finish what is under way and give back the
rest; all within ten seconds.
"""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Sequence
from typing import Any

import structlog
import uvicorn
from prometheus_client import CollectorRegistry, start_http_server

from campana.connections import Connection
from campana.domain.errors import ConfigurationError
from campana.engine.service import ServiceDied, Watch

log = structlog.get_logger(__name__)

RETIRE_S = 1.5
"""how long connections without a request stay open when the server ends, for one that is on its way; proxies
as in deploy/ let go of such connections after a second"""
WEB_DRAIN_S = 4
FIRST_INHERITED = 3
"""the first file descriptor that systemd hands on, as sd_listen_fds(3) has it"""
GC_THRESHOLD = 20_000
SWITCH_S = 0.0005
"""how long a thread with an answer from the database may wait for the interpreter: a page asks SQLite ten
things at once, and with Python's own 5 ms it took five times as long"""


class WebServer(uvicorn.Server):
    """Uvicorn, without hands on the signals: the process decides when to stop. And it loses no request when
    it ends: a proxy does not repeat a POST that it has sent, so whatever reached us has to be answered.
    """

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals alone."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen no more, answer what still comes over connections that are there, then close these."""
        waiting = _close(self.servers)
        for connection in self.server_state.connections:
            if isinstance(connection, Connection):
                connection.retire()
        for accepted in waiting:
            await asyncio.get_running_loop().connect_accepted_socket(self._retired, accepted)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RETIRE_S):
                while self.server_state.connections:  # noqa: ASYNC110 - uvicorn has no event for it
                    await asyncio.sleep(0.05)
        await super().shutdown(sockets)

    def _retired(self) -> Connection:
        made = Connection(self.config, self.server_state, self.lifespan.state)
        made.retire()
        return made


def _close(servers: Sequence[asyncio.Server]) -> list[socket.socket]:
    """Close the listening sockets. Connections that the system had made for us, and that nobody had taken
    yet, would be reset by that: these are returned."""
    listeners = [socket.socket(fileno=os.dup(each.fileno())) for server in servers for each in server.sockets]
    for server in servers:
        server.close()
    taken: list[socket.socket] = []
    for listener in listeners:
        with listener, contextlib.suppress(BlockingIOError):
            listener.setblocking(False)
            while True:
                taken.append(listener.accept()[0])
    return taken


def web_server(app: Any, host: str, port: int) -> WebServer:
    """A server for the app; log lines go through ours, the access log is off."""
    return WebServer(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="uvloop",
            http=Connection,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # the app believes those proxies that are set, and no others
            timeout_graceful_shutdown=WEB_DRAIN_S,
            lifespan="off",
        )
    )


def inherited_sockets() -> list[socket.socket]:
    """Sockets that systemd listens on for this process, in the place of one of our own: sd_listen_fds(3).

    They outlive the process: who comes between its end and the next one's beginning waits.
    """
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = int(os.environ["LISTEN_FDS"])
    return [socket.socket(fileno=FIRST_INHERITED + number) for number in range(count)]


def serve_metrics(registry: CollectorRegistry, host: str, port: int) -> None:
    """The process's numbers alone, from a thread that ends with the process. Raises ConfigurationError."""
    try:
        start_http_server(port, host, registry)
    except OSError as error:
        raise ConfigurationError(
            f"Cannot listen on {host}:{port}: {error.strerror}. Choose another --metrics-port."
        ) from None


@contextlib.asynccontextmanager
async def told_to_stop() -> AsyncIterator[asyncio.Event]:
    """An event that SIGTERM or SIGINT sets."""
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, event.set)
    try:
        yield event
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def run_until_told(
    *, watch: Watch, server: WebServer | None, closing: Callable[[], None] = lambda: None
) -> None:
    """Run what is given until a signal. Raises ServiceDied when a service died, ConfigurationError for a
    busy port.

    `closing` is called first when it ends: long-lived answers (event streams) have to end by themselves.
    """
    # What start-up made stays for good: looking through it again would stop the loop for 70 ms each time.
    # A message's objects all die young: collecting after every 700 took a third of the time at full speed.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 100)
    sys.setswitchinterval(SWITCH_S)
    async with told_to_stop() as stop:
        parts: dict[str, Coroutine[Any, Any, Any]] = {"signal": stop.wait(), "services": watch.run()}
        if server is not None:
            parts["web"] = _serve(server)
        tasks = [asyncio.create_task(part, name=name) for name, part in parts.items()]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            log.info("process.stopping")
        closing()
        if server is not None:
            server.should_exit = True
        for task in tasks:
            if task.get_name() != "web":
                task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, ServiceDied | ConfigurationError):
                raise result


async def _serve(server: WebServer) -> None:
    config = server.config
    try:
        await server.serve(sockets=inherited_sockets() or None)
    except SystemExit:
        raise ConfigurationError(
            f"Cannot listen on {config.host}:{config.port}: the port is in use or not allowed. "
            "Choose another --port."
        ) from None
