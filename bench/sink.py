"""A bare HTTP sink that answers every POST like an accepting BizChat, at once: so that the client is
what is measured.

Not the simulator: it checks nothing, knows no faults, and parses only as much of HTTP as our clients
write. It notes when each request arrived. `GET /stats` tells how many came and the most in any sliding
second, `GET /firsts` when the first of each path came, `POST /reset` forgets them.

python -m bench.sink --port 0 --ready-file /tmp/sink.addr [--latency-ms 300 --jitter-ms 150]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import os
import random
import signal
import sys
import time
from array import array
from collections.abc import Callable
from pathlib import Path

import uvloop

_BODY = (
    b'{"result":"success","message":"Message processed for WhatsApp contact","data":'
    b'{"log_uid":"5d1c2a1e-0000-4000-8000-0123456789ab","contact_uid":"7a1c2a1e-0000-4000-8000-0123456789ab",'
    b'"phone_number":"910000000000","wamid":"wamid.SINK%016d","status":"accepted"}}'
)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_ANSWER = _HEAD % len(_BODY % 0) + _BODY


def most_in_any_second(arrivals: array[float]) -> int:
    """The largest number of arrivals in any window [t, t + 1 s); `arrivals` ascend, in seconds."""
    most = start = 0
    for end, moment in enumerate(arrivals):
        while moment - arrivals[start] >= 1.0:
            start += 1
        most = max(most, end - start + 1)
    return most


class Record:
    """What arrived, and when by the monotonic clock."""

    def __init__(self, latency_s: float, jitter_s: float) -> None:
        self.latency_s = latency_s
        self.jitter_s = jitter_s
        self.arrivals: array[float] = array("d")
        self.firsts: dict[bytes, float] = {}
        self.served = 0

    def answer(self, head: bytes) -> bytes:
        """Note an arrival; the answer to it, with an id of its own."""
        now = time.monotonic()
        self.arrivals.append(now)
        self.firsts.setdefault(head.split(b" ", 2)[1], now)
        self.served += 1
        return _ANSWER % self.served

    def delay(self) -> float:
        """Seconds to wait before the next answer."""
        return max(0.0, self.latency_s + random.uniform(-self.jitter_s, self.jitter_s))

    def control(self, head: bytes) -> bytes:
        """The answer to a request of whoever runs the measurement."""
        if head.startswith(b"POST /reset"):
            del self.arrivals[:]
            self.firsts.clear()
            stats: dict[str, float] = {}
        elif head.startswith(b"GET /firsts"):
            stats = {path.decode(): first for path, first in self.firsts.items()}
        else:
            first, last = (self.arrivals[0], self.arrivals[-1]) if self.arrivals else (0.0, 0.0)
            stats = {
                "count": len(self.arrivals),
                "max_in_any_second": most_in_any_second(self.arrivals),
                "first": first,
                "last": last,
            }
        body = json.dumps(stats).encode()
        return _HEAD % len(body) + body


class Connection(asyncio.Protocol):
    """One client connection: requests in order, each with its length in Content-Length."""

    def __init__(self, record: Record, later: Callable[..., object]) -> None:
        self.record = record
        self.later = later
        self.waiting = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        buffer = self.waiting + data if self.waiting else data
        while True:
            cut = buffer.find(b"\r\n\r\n")
            if cut < 0:
                break
            end = cut + 4 + _content_length(buffer, cut)
            if len(buffer) < end:
                break
            self.serve(buffer[:cut])
            buffer = buffer[end:]
        self.waiting = buffer

    def serve(self, head: bytes) -> None:
        if head.startswith((b"GET /stats", b"GET /firsts", b"POST /reset")):
            self.transport.write(self.record.control(head))
            return
        answer = self.record.answer(head)
        delay = self.record.delay()
        if delay:
            self.later(delay, self.transport.write, answer)
        else:
            self.transport.write(answer)


def _take_precedence() -> None:
    """A provider has machines of its own. Here it shares two cores with the sender; without precedence it
    would note requests late, and a crowd of them at once."""
    with contextlib.suppress(OSError):  # an ordinary user may not; then arrivals are a little less exact
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def _content_length(buffer: bytes, cut: int) -> int:
    at = buffer.find(b"ontent-", 0, cut)
    while at >= 0:
        if buffer[at + 7 : at + 14].lower() == b"length:":
            end = buffer.find(b"\r", at)
            return int(buffer[at + 14 : end])
        at = buffer.find(b"ontent-", at + 7, cut)
    return 0


async def serve(options: argparse.Namespace) -> None:
    """Listen until SIGTERM or SIGINT; the address goes to the ready file, or to standard output."""
    loop = asyncio.get_running_loop()
    record = Record(options.latency_ms / 1000, options.jitter_ms / 1000)
    server = await loop.create_server(
        lambda: Connection(record, loop.call_later), options.host, options.port, backlog=4096
    )
    host, port = server.sockets[0].getsockname()[:2]
    if options.ready_file:
        partial = options.ready_file.with_suffix(".part")
        partial.write_text(f"{host}:{port}")
        partial.rename(options.ready_file)
    else:
        print(f"{host}:{port}", flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    _take_precedence()
    gc.collect()
    gc.freeze()
    await stop.wait()
    server.close()


def main() -> None:
    """Parse the options and serve."""
    parser = argparse.ArgumentParser(prog="python -m bench.sink")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ready-file", type=Path)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--jitter-ms", type=float, default=0.0)
    uvloop.run(serve(parser.parse_args()))
    sys.exit(0)


if __name__ == "__main__":
    main()
