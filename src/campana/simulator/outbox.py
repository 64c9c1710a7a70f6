"""Posts events to the vendors' URLs when they are due: no signature, no retry, errors ignored (bizchat.md,
Webhooks to our URL).

Here is also what goes wrong on the way: events doubled, lost, out of order, several in one post.
"""

import asyncio
import heapq
import itertools
import json
import random
import time
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError

from campana.simulator.config import Webhooks
from campana.simulator.events import Event, in_chunks, webhook_body
from campana.simulator.waiting import Milestones

POST_TIMEOUT = timedelta(seconds=5)
POSTERS = 32
# Events of one post are gathered over this span; without batching they go out as soon as they are due.
GATHER_S = 0.05
DOUBLE_AFTER_S = 0.5


class Outbox:
    """Events waiting for their time, and the posters that send them. `posted`, `failed` and `lost` count
    events.
    """

    def __init__(self, webhooks: Callable[[], Webhooks]) -> None:
        self._webhooks = webhooks
        self._due: list[tuple[float, int, Event]] = []
        self._order = itertools.count()
        self._pending = 0
        self._milestones = Milestones()
        self._woken = asyncio.Event()
        self._client = _client()
        self._lanes: list[asyncio.Queue[Event]] = []
        self.posted = 0
        self.failed = 0
        self.lost = 0

    def plan(self, events: Sequence[Event], dice: random.Random) -> None:
        """Take the events of one message, each for its time, with whatever the settings say goes wrong with
        them.
        """
        webhooks = self._webhooks()
        told = _moved(events, dice) if dice.random() < webhooks.shuffled else events
        for moment, event in zip([one.at for one in events], told, strict=True):
            if dice.random() < webhooks.lost:
                self.lost += 1
                continue
            self._push(moment, event)
            if dice.random() < webhooks.doubled:
                self._push(moment + dice.uniform(0, DOUBLE_AFTER_S), event)

    async def post_now(self, event: Event) -> None:
        """Post one event at once and wait until the URL has answered, or failed to."""
        self._pending += 1
        await self._post([replace(event, at=time.time())])

    def counts(self) -> dict[str, int]:
        """Return how many events were posted, failed, were lost on purpose, and are still to come."""
        return {"posted": self.posted, "failed": self.failed, "lost": self.lost, "pending": self._pending}

    def drained(self) -> Future[None]:
        """Return a future that is done once no event is waiting or under way."""
        return self._milestones.when(lambda: self._pending == 0)

    async def run(self) -> None:
        """Post what comes due, until cancelled."""
        self._lanes = [asyncio.Queue() for _ in range(POSTERS)]
        async with self._client, asyncio.TaskGroup() as group:
            for lane in self._lanes:
                group.create_task(self._work(lane))
            await self._dispatch()

    def _push(self, moment: float, event: Event) -> None:
        heapq.heappush(self._due, (moment, next(self._order), event))
        self._pending += 1
        self._woken.set()

    async def _dispatch(self) -> None:
        while True:
            batched = self._webhooks().batch > 1
            now = time.time()
            while self._due and self._due[0][0] <= now:
                event = heapq.heappop(self._due)[2]
                self._lane_of(event, batched=batched).put_nowait(event)
            await self._wait(now, at_least=GATHER_S if batched else 0)

    async def _wait(self, now: float, *, at_least: float) -> None:
        if at_least:
            await asyncio.sleep(at_least)
            return
        self._woken.clear()
        timeout = max(0.0, self._due[0][0] - now) if self._due else None
        try:
            async with asyncio.timeout(timeout):
                await self._woken.wait()
        except TimeoutError:
            return

    def _lane_of(self, event: Event, *, batched: bool) -> asyncio.Queue[Event]:
        # One lane a message keeps its events in order; batches need the events of a sender in one place.
        key = f"{event.vendor_uid}{event.from_id}" if batched else f"{event.vendor_uid}{event.phone}"
        return self._lanes[zlib.crc32(key.encode()) % len(self._lanes)]

    async def _work(self, lane: asyncio.Queue[Event]) -> None:
        while True:
            events = [await lane.get()]
            size = self._webhooks().batch
            while len(events) < size and not lane.empty():
                events.append(lane.get_nowait())
            for chunk in in_chunks(events, size):
                await self._post(chunk)

    async def _post(self, events: Sequence[Event]) -> None:
        webhooks = self._webhooks()
        url = webhooks.url_for(events[0].vendor_uid)
        body = json.dumps(webhook_body(events, old_install=webhooks.old_install)).encode()
        try:
            if url is not None:
                request = self._client.post(url).header("content-type", "application/json").body_bytes(body)
                await request.build().send()
                self.posted += len(events)
        except PyreqwestError:
            self.failed += len(events)
        finally:
            self._pending -= len(events)
            self._milestones.check()


def _client() -> Client:
    return (
        ClientBuilder()
        .timeout(POST_TIMEOUT)
        .no_proxy()
        .follow_redirects(False)
        .user_agent("GuzzleHttp/7")
        .build()
    )


def _moved(events: Sequence[Event], dice: random.Random) -> Sequence[Event]:
    """Return `events` in another order, if there is one."""
    turned = [*events[1:], *events[:1]]
    return turned if dice.random() < 0.5 else events[::-1]
