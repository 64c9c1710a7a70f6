"""The provider's side of webhooks, in a process of its own: posts events at a rate, or as many as it can.

python -m bench.posting --url URL --campaign ID --rows 2:20002 [--rate 2000]; prints one line of JSON. Each
message gets sent, delivered and read, one event a post, as BizChat posts them, over up to 64 connections."""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import uvloop
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError

from bench.prepare import phone, provider_id
from campana.simulator.events import Event, EventKind, webhook_body

STATUSES = ("sent", "delivered", "read")
FIRST_ROW = 2
TURN_S = 0.002
CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of the posts. Answer times are in milliseconds, from when a post was due."""

    posts: int
    refused: int
    seconds: float
    median_ms: float
    p95_ms: float
    p99_ms: float
    longest_ms: float

    @property
    def per_s(self) -> float:
        """Posts a second."""
        return self.posts / self.seconds


def bodies(campaign_id: UUID, rows: range) -> Iterator[bytes]:
    """The posts about those messages: the first event of each, then the second, then the third."""
    for status in STATUSES:
        for row in rows:
            event = Event(
                kind=EventKind.STATUS,
                at=time.time(),
                vendor_uid="bench",
                phone=phone(row - FIRST_ROW).lstrip("+"),
                from_id="",
                wamid=provider_id(campaign_id, row),
                status=status,
            )
            yield json.dumps(webhook_body([event], old_install=False)).encode()


class Poster:
    """Posts, and notes how long each answer took."""

    def __init__(self, client: Client, url: str, posts: Sequence[bytes]) -> None:
        self._client = client
        self._url = url
        self._posts = posts
        self._took: list[float] = []
        self._refused = 0
        self._connections = asyncio.Semaphore(CONNECTIONS)

    async def at_rate(self, per_s: float) -> None:
        """Each post at its own moment, whether or not those before it were answered."""
        began, waiting = time.perf_counter(), set()
        for number, body in enumerate(self._posts):
            due = began + number / per_s
            if (ahead := due - time.perf_counter()) > TURN_S:
                await asyncio.sleep(ahead)
            task = asyncio.create_task(self._post(body, due))
            waiting.add(task)
            task.add_done_callback(waiting.discard)
        await asyncio.gather(*waiting)

    async def as_fast_as_answered(self) -> None:
        """The next one on each connection when the one before was answered."""
        rest = iter(self._posts)

        async def work() -> None:
            for body in rest:
                await self._post(body, time.perf_counter())

        await asyncio.gather(*(work() for _ in range(CONNECTIONS)))

    async def timed(self, way: Callable[[], Awaitable[None]]) -> Posted:
        """Post all of them that way."""
        began = time.perf_counter()
        await way()
        seconds = time.perf_counter() - began
        took = sorted(self._took)
        parts = {name: took[int(len(took) * share)] for name, share in _SHARES}
        return Posted(len(took), self._refused, seconds, **parts, longest_ms=took[-1])

    async def _post(self, body: bytes, due: float) -> None:
        request = self._client.post(self._url).header("content-type", "application/json").body_bytes(body)
        try:
            async with self._connections:
                answer = await request.build().send()
            self._refused += answer.status != 200
        except PyreqwestError:
            self._refused += 1
        self._took.append((time.perf_counter() - due) * 1000)


_SHARES = (("median_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99))


async def post(options: argparse.Namespace) -> Posted:
    """Do as the options say."""
    first, _, end = options.rows.partition(":")
    posts = list(bodies(UUID(options.campaign), range(int(first), int(end))))
    async with ClientBuilder().http1_only().no_proxy().build() as client:
        poster = Poster(client, options.url, posts)
        if options.rate:
            return await poster.timed(lambda: poster.at_rate(options.rate))
        return await poster.timed(poster.as_fast_as_answered)


async def posted(*words: str, python: str) -> Posted:
    """Run this module in a process of its own; what it measured."""
    process = await asyncio.create_subprocess_exec(
        *(python, "-m", "bench.posting", *words), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError("bench.posting failed")
    found: dict[str, Any] = json.loads(out)
    return Posted(**found)


def main() -> None:
    """Post and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.posting")
    parser.add_argument("--url", required=True)
    parser.add_argument("--campaign", required=True)
    parser.add_argument("--rows", required=True)
    parser.add_argument("--rate", type=float, default=0.0)
    print(json.dumps(asdict(uvloop.run(post(parser.parse_args())))))


if __name__ == "__main__":
    main()
