"""Finds campaigns whose time has come and starts them.

Sleeps until the next due time, is woken by changes of its own process, looks for changes of other processes
once a second, and looks at everything every `interval_s` at the latest. What came due while nothing ran is
started at once.
"""

import asyncio

import structlog

from campana.engine.ports import Clock, Ledger
from campana.engine.sending.starter import Starter
from campana.engine.service import Service
from campana.engine.signals import Signals

log = structlog.get_logger(__name__)

AT_ONCE = 200
SIDE_BY_SIDE = 8
CHANGE_LOOK_S = 0.5
"""how often changes made by other processes are looked for, in seconds"""


class Scheduler(Service):
    """SCHEDULED campaigns become PROCESSING within a second of their time."""

    name = "scheduler"

    def __init__(
        self, ledger: Ledger, starter: Starter, clock: Clock, signals: Signals, *, interval_s: float
    ) -> None:
        super().__init__(clock)
        self._ledger = ledger
        self._starter = starter
        self._bell = signals.listen()
        self._longest_sleep_s = min(interval_s, CHANGE_LOOK_S)
        self._announced = False

    async def tick(self) -> None:
        """Start what is due, then sleep until the next one is, or something changed."""
        if not self._announced:
            log.info("Scheduled campaigns checker started")
            self._announced = True
        await self._start_due()
        await self._bell.heard(await self._sleep_s())

    async def _start_due(self) -> None:
        due = await self._ledger.due(self.clock.now(), limit=AT_ONCE)
        turns = asyncio.Semaphore(SIDE_BY_SIDE)

        async def start(index: int) -> None:
            async with turns:
                await self._starter.start(*due[index])

        await asyncio.gather(*(start(index) for index in range(len(due))))

    async def _sleep_s(self) -> float:
        next_due = await self._ledger.next_due()
        if next_due is None:
            return self._longest_sleep_s
        until_s = (next_due - self.clock.now()).total_seconds()
        return max(0.0, min(until_s, self._longest_sleep_s))
