"""Looks for what is wrong, and tells those who want to know. One process does it for all."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from campana.domain.notices import NoticeAddress, Told
from campana.engine.faults.kinds import Fault, Scene, Sight
from campana.engine.faults.looking import faults
from campana.engine.inbox.duty import Duty
from campana.engine.notices.letters import letter_of
from campana.engine.notices.memory import looked, news_of, packed, told, unpacked
from campana.engine.notices.routes import Routes
from campana.engine.service import Service

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 60.0
MOST_SHARE = 0.05
"""of the time that may go into looking: where there are many accounts, looks are rarer"""
PAUSE = timedelta(minutes=5)
"""between two letters to an address, and between two tries"""
LONG_PAUSE = timedelta(hours=1)
"""between tries, once an address did not work for as long"""
TICK_S = 2.0


class NoticeService(Service):
    """A letter that was taken, and could not be noted as told, comes once more: better than never."""

    name = "notices"
    patience_s = 300.0

    def __init__(self, scene: Scene, routes: Routes, duty: Duty, *, public_url: str) -> None:
        super().__init__(scene.clock)
        self._scene = scene
        self._routes = routes
        self._duty = duty
        self._public_url = public_url
        self._next_look = float("-inf")

    async def tick(self) -> None:
        """Look, where it is this process's turn and time, and tell what is to be told."""
        began = self.clock.monotonic()
        if await self._duty.held() and began >= self._next_look:
            await self.look()
            took = self.clock.monotonic() - began
            self._next_look = began + max(LOOK_EVERY_S, took / MOST_SHARE)
        await self.clock.sleep(TICK_S)

    async def close(self) -> None:
        """Let another process look."""
        await self._duty.leave()

    async def look(self) -> None:
        """One look at everything, and a letter to each address that has something to hear. Where nobody
        wants to know, nothing is looked at."""
        addresses = await self._scene.store.notice_addresses_on()
        if not addresses:
            return
        seen = [(fault, sight) async for fault, sights in faults(self._scene) for sight in sights]
        await asyncio.gather(*(self._tell(address, was, seen) for address, was in addresses))

    async def _tell(self, address: NoticeAddress, was: Told, seen: Sequence[tuple[Fault, Sight]]) -> None:
        now = self.clock.now()
        theirs = [
            (fault, one) for fault, one in seen if address.whole or one.account_id == address.account_id
        ]
        memory = looked(unpacked(was.memory), theirs, now)
        news = news_of(memory, now)
        after = was
        if news and _has_rested(was, now):
            problem = await self._routes.deliver(address, letter_of(news, self._public_url))
            if problem:
                log.warning("notice.failed", address=str(address.id), route=address.route, error=problem)
                after = Told(was.memory, now, was.failing_since or now, problem)
            else:
                log.info("notice.sent", address=str(address.id), route=address.route)
                memory, after = told(memory, news, now), Told(tried_at=now)
        after = replace(after, memory=packed(memory))
        if after != was:
            await self._scene.store.keep_told(address.id, was, after)


def _has_rested(was: Told, now: datetime) -> bool:
    if was.tried_at is None:
        return True
    long = was.failing_since is not None and now - was.failing_since >= LONG_PAUSE
    return now - was.tried_at >= (LONG_PAUSE if long else PAUSE)
