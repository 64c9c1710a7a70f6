"""Servers on real sockets, for what clients of HTTP have to live through: each misbehaves in one way.

A talk is what a peer says on one connection; it gets the connection's reader and writer, and the peer, which
keeps what came in.
"""

import asyncio
import contextlib
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

WAMID = "wamid.HBgMOTE5ODEyMzQ1Njc4FQIAERgS"
ACCEPTED = json.dumps(
    {"result": "success", "message": "", "data": {"wamid": WAMID, "status": "accepted"}}
).encode()


@dataclass(frozen=True, slots=True)
class Request:
    """A request that came in whole; header names in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Peer:
    """What a server saw. `arrived` is set anew by each whole request, `left` when a client closed."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def bodies(self) -> list[dict[str, str]]:
        return [json.loads(request.body) for request in self.requests]


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter, Peer], Awaitable[None]]


@asynccontextmanager
async def serving(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    """A server on a free port of this machine, for as long as the block lasts."""
    peer = Peer()
    tasks: set[asyncio.Task[None]] = set()
    writers: list[asyncio.StreamWriter] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer.connections += 1
        try:
            await talk(reader, writer, peer)
        except (asyncio.IncompleteReadError, ConnectionError):
            peer.left.set()
        finally:
            writer.close()

    def connecting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        task = asyncio.ensure_future(connected(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connecting, "127.0.0.1", 0, ssl=tls, backlog=1024)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            # One that closed with something still to write, and has ended since, trips over itself here.
            with contextlib.suppress(AttributeError):
                writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


async def request_from(reader: asyncio.StreamReader, peer: Peer) -> Request:
    """The next whole request of a connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    method, path, _ = first.split(" ")
    peer.requests.append(Request(method, path, headers, body))
    peer.arrived.set()
    return peer.requests[-1]


def answer(status: int = 200, headers: dict[str, str] | None = None, body: bytes = ACCEPTED) -> bytes:
    """An HTTP answer as it goes over the wire."""
    lines = {"Content-Length": str(len(body)), **(headers or {})}
    return (
        "\r\n".join([f"HTTP/1.1 {status} X", *(f"{k}: {v}" for k, v in lines.items()), "", ""]).encode()
        + body
    )


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN: whatever is under way is lost."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


def answering(*answers: bytes) -> Talk:
    """Answers each request with the next of these; the last one again and again."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer) -> None:
        while True:
            await request_from(reader, peer)
            writer.write(answers[min(len(peer.requests), len(answers)) - 1])
            await writer.drain()

    return talk


def then(*, good: int, end: Talk) -> Talk:
    """Accepts that many messages on each connection, then does something else."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer) -> None:
        for _ in range(good):
            await request_from(reader, peer)
            writer.write(answer())
            await writer.drain()
        await end(reader, writer, peer)

    return talk


def saying(text: bytes) -> Talk:
    """Reads a request, says these bytes, and closes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer) -> None:
        await request_from(reader, peer)
        writer.write(text)
        await writer.drain()

    return talk


async def never_answers(reader: asyncio.StreamReader, _: asyncio.StreamWriter, peer: Peer) -> None:
    while True:
        await request_from(reader, peer)


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer) -> None:
    await request_from(reader, peer)
    reset(writer)


async def closes(reader: asyncio.StreamReader, _: asyncio.StreamWriter, peer: Peer) -> None:
    await request_from(reader, peer)


async def closes_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: Peer) -> None:
    writer.close()


async def resets_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: Peer) -> None:
    reset(writer)


async def speaks_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: Peer) -> None:
    """Answers in plain HTTP whatever it is told, as a server does that was not set up for TLS."""
    await reader.read(65536)
    writer.write(answer(400, body=b""))
    await writer.drain()


async def closes_after_a_word(reader: asyncio.StreamReader, _: asyncio.StreamWriter, __: Peer) -> None:
    await reader.read(65536)


async def hangs(reader: asyncio.StreamReader, _: asyncio.StreamWriter, __: Peer) -> None:
    while await reader.read(65536):
        pass


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer) -> None:
    """An answer that comes byte by byte and never ends."""
    await request_from(reader, peer)
    writer.write(answer()[:-40])
    while True:
        await asyncio.sleep(0.02)
        writer.write(b" ")
        await writer.drain()


async def floods(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer) -> None:
    """An answer without end, as fast as it is taken."""
    await request_from(reader, peer)
    writer.write(b"HTTP/1.1 200 X\r\n\r\n{")
    while True:
        writer.write(b" " * 65536)
        await writer.drain()


@contextmanager
def refusing() -> Iterator[int]:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@contextmanager
def full_backlog() -> Iterator[int]:
    """A port whose listener takes no more connections: the first packet of one stays unanswered."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(listener.getsockname())
        yield listener.getsockname()[1]


@contextmanager
def never_reading() -> Iterator[int]:
    """A port that takes connections, and little of what is written to them."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield listener.getsockname()[1]
