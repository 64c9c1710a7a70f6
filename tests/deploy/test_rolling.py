"""Web processes restarted while people and the provider ask: two behind nginx, one after the other, and one
whose address is held. Nobody notices."""

import asyncio
import contextlib
import itertools
import json
import socket
import ssl
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from campana.stores import open_store
from tests.support.product import Product, free_port, product, until
from tests.support.proxies import Front, nginx, running

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120)]

ASKING_AT_ONCE = 3
PAUSE_S = 0.02


@dataclass
class Clients:
    """They ask again and again, through one proxy."""

    front: Front
    key: str
    hook: str
    answers: Counter[tuple[str, int | str]] = field(default_factory=Counter)
    posted: list[str] = field(default_factory=list)
    streams: int = 0
    """how often progress was heard over a new connection"""
    ended: bool = False

    async def ask(self, session: aiohttp.ClientSession) -> None:
        """A page."""
        while not self.ended:
            await self._note(session, "GET", f"{self.front.url}/sign-in")

    async def post(self, session: aiohttp.ClientSession, name: str) -> None:
        """What BizChat posts, each time another."""
        for number in itertools.takewhile(lambda _: not self.ended, itertools.count()):
            body = json.dumps({"post": f"{name} {number}"})
            self.posted.append(body)
            await self._note(session, "POST", f"{self.front.url}{self.hook}", data=body)

    async def watch(self, session: aiohttp.ClientSession, campaign: str) -> None:
        """Progress as a browser watches it: a stream that ends is asked for again after a second."""
        url = f"{self.front.url}/api/v1/campaigns/{campaign}/events"
        while True:
            async with session.get(url, ssl=self.front.trust) as answer:
                self.answers["events", answer.status] += 1
                async for line in answer.content:
                    self.streams += line == b"event: progress\n"
            await asyncio.sleep(1)

    async def _note(self, session: aiohttp.ClientSession, method: str, url: str, **options: str) -> None:
        try:
            async with session.request(method, url, ssl=self.front.trust, **options) as answer:
                await answer.read()
                self.answers[method, answer.status] += 1
        except aiohttp.ClientError as error:
            self.answers[method, repr(error)] += 1
        await asyncio.sleep(PAUSE_S)

    @contextlib.asynccontextmanager
    async def at_work(self, campaign: str) -> AsyncIterator[None]:
        """All of them, until the block ends; each hears its last answer. Raises what broke one."""
        headers = {"Authorization": f"Bearer {self.key}"}
        async with aiohttp.ClientSession(headers=headers) as session, asyncio.TaskGroup() as group:
            watching = group.create_task(self.watch(session, campaign))
            for number in range(ASKING_AT_ONCE):
                group.create_task(self.ask(session))
                group.create_task(self.post(session, str(number)))
            yield
            self.ended = True
            watching.cancel()

    async def heard_anew(self, times: int) -> bool:
        return self.streams >= times


@pytest.fixture
async def shop(fresh_postgresql, tmp_path: Path) -> AsyncIterator[Product]:
    with fresh_postgresql() as url:
        async with product(tmp_path, DATABASE_URL=url) as shop:
            yield shop


async def test_nobody_notices_a_rolling_restart(shop: Product, tmp_path: Path) -> None:
    """No request fails, each post is stored once, a watcher comes back. The second one ends right after the
    first one is back: a proxy that still leaves the first aside would have nobody to ask."""
    ports = [free_port(), free_port()]
    webs = [await shop.start("web", port=port) for port in ports]
    sender = await shop.make_sender()
    address = (await shop.call("GET", f"/senders/{sender}"))["webhook"]["url"]
    campaign = await shop.make_campaign(sender, 1, scheduled_at=shop.in_seconds(3600))
    upstreams = [f"127.0.0.1:{port}" for port in ports]
    async with running(nginx, tmp_path / "nginx", upstreams) as front:
        clients = Clients(front, shop.key, address[address.index("/webhooks/") :])
        async with clients.at_work(campaign):
            await until(lambda: clients.heard_anew(1), what="progress")
            assert await webs[0].terminate() == 0
            await shop.start("web", port=ports[0])
            assert await webs[1].terminate() == 0
            await until(lambda: clients.heard_anew(2), what="progress after the restarts")
    assert {status for _, status in clients.answers} == {200}, clients.answers
    assert await _stored(shop) == Counter(clients.posted)


KEEP = """import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execvp(sys.argv[2], sys.argv[2:])"""
"""Becomes a command that is handed a socket, as systemd hands it."""


async def test_an_address_that_is_held_refuses_nobody(shop: Product) -> None:
    """One process, no proxy, as beside the units' sockets: who comes while it is away waits."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", free_port()))
        held.listen(100)
        within = [sys.executable, "-c", KEEP, str(held.fileno())]
        web = await shop.start("web", within=within, inherits=held)
        sender = await shop.make_sender()
        address = (await shop.call("GET", f"/senders/{sender}"))["webhook"]["url"]
        campaign = await shop.make_campaign(sender, 1, scheduled_at=shop.in_seconds(3600))
        front = Front(shop.url, shop.url, ssl.create_default_context())
        clients = Clients(front, shop.key, address[address.index("/webhooks/") :])
        async with clients.at_work(campaign):
            await until(lambda: clients.heard_anew(1), what="progress")
            assert await web.terminate() == 0
            await shop.start("web", within=within, inherits=held)
            await until(lambda: clients.heard_anew(2), what="progress after the restart")
    assert {status for _, status in clients.answers} == {200}, clients.answers
    assert await _stored(shop) == Counter(clients.posted)


async def _stored(shop: Product) -> Counter[str]:
    store = await open_store(shop.settings["DATABASE_URL"])
    try:
        posts = await store.waiting_posts(limit=1_000_000, most_bytes=1 << 30)
        return Counter(post.body.decode() for post in posts)
    finally:
        await store.close()
