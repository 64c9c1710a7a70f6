"""Stands between the simulator and the web processes as a proxy would, and remembers what was answered with
200: that much has to be in our states at the end. It also makes the storms, of what it passed on before."""

import asyncio
import contextlib
import json
import random
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

import aiohttp
from aiohttp import web

KEPT = 1500
"""posts that a storm is made of"""
TRIES = 4
STORM_AT_ONCE = 16


class Relay:
    """`upstreams` tells the addresses of the web processes that are there."""

    def __init__(self, session: aiohttp.ClientSession, dice: random.Random) -> None:
        self.url = ""
        self.upstreams: Callable[[], Sequence[str]] = list
        self.told: dict[str, set[str]] = {}
        """by the message's id, the states in posts that were answered with 200"""
        self.known: dict[str, set[str]] = {}
        """the same of all posts, answered or not"""
        self.posts = self.refused = self.stormed = 0
        self._session = session
        self._dice = dice
        self._kept: deque[tuple[str, bytes]] = deque(maxlen=KEPT)

    async def take(self, request: web.Request) -> web.Response:
        """One post of the simulator."""
        body = await request.read()
        statuses = list(_statuses(body))
        _note(self.known, statuses)
        self.posts += 1
        if await self._pass_on(request.path, body):
            _note(self.told, statuses)
            self._kept.append((request.path, body))
            return web.Response()
        self.refused += 1
        return web.Response(status=502)

    async def storm(self, seconds: float) -> int:
        """Send what was sent before once more, in any order, as fast as it is taken; how many posts."""
        loop = asyncio.get_running_loop()
        until, before = loop.time() + seconds, self.stormed

        async def blow() -> None:
            while loop.time() < until and self._kept:
                path, body = self._dice.choice(self._kept)
                self.stormed += await self._pass_on(path, body)

        await asyncio.gather(*(blow() for _ in range(STORM_AT_ONCE)))
        return self.stormed - before

    async def _pass_on(self, path: str, body: bytes) -> bool:
        """To the first web process that takes it, as a proxy with several does."""
        for _ in range(TRIES):
            for upstream in self._dice.sample(list(self.upstreams()), len(self.upstreams())):
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    headers = {"Content-Type": "application/json"}
                    async with self._session.post(upstream + path, data=body, headers=headers) as answer:
                        if answer.status == 200:
                            return True
            await asyncio.sleep(0.2)
        return False


@contextlib.asynccontextmanager
async def relaying(dice: random.Random) -> AsyncIterator[Relay]:
    """A relay that listens on a free port."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
        relay = Relay(session, dice)
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_post("/{path:.*}", relay.take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        relay.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield relay
        finally:
            await runner.cleanup()


def _statuses(body: bytes) -> Iterator[tuple[str, str]]:
    """Each receipt in a post: the message's id and the state."""
    for entry in json.loads(body)["whatsapp_webhook_payload"]["entry"]:
        for change in entry["changes"]:
            for status in change["value"].get("statuses", ()):
                yield status["id"], status["status"]


def _note(book: dict[str, set[str]], statuses: Sequence[tuple[str, str]]) -> None:
    for wamid, status in statuses:
        book.setdefault(wamid, set()).add(status)
