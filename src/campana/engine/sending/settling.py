"""Writes a lane's outcomes back, in batches. Outcomes survive a database that is away for a while."""

import asyncio
from collections.abc import Sequence
from itertools import groupby
from zoneinfo import ZoneInfo

import structlog

from campana.domain.errors import StoreUnavailable
from campana.domain.limits import day_of
from campana.engine.ports import Clock, Lease, Ledger, Settlement

log = structlog.get_logger(__name__)

GATHER_S = 0.05
"""how long outcomes are gathered before they are written"""
BATCH = 1000
RETRY_S = 0.5


class Settling:
    """Takes settlements one by one and writes them in batches, in the order they came."""

    def __init__(self, ledger: Ledger, lease: Lease, timezone: ZoneInfo, clock: Clock) -> None:
        self._ledger = ledger
        self._lease = lease
        self._timezone = timezone
        self._clock = clock
        self._waiting: list[Settlement] = []
        self._more = asyncio.Event()
        self._idle = True

    @property
    def idle(self) -> bool:
        """Whether everything given so far is in the database."""
        return self._idle

    def add(self, settlement: Settlement) -> None:
        """Write it soon."""
        self._waiting.append(settlement)
        self._idle = False
        self._more.set()

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._more.wait()
            if len(self._waiting) < BATCH:
                await self._clock.sleep(GATHER_S)
            await self._flush()

    async def _flush(self) -> None:
        while self._waiting:
            batch = self._waiting[:BATCH]
            try:
                await self._write(batch)
            except StoreUnavailable as error:
                log.warning("lane.outcomes_wait", sender=str(self._lease.sender_id), error=str(error))
                await self._clock.sleep(RETRY_S)
                continue
            del self._waiting[: len(batch)]
        self._more.clear()
        self._idle = True

    async def _write(self, batch: Sequence[Settlement]) -> None:
        by_day = groupby(batch, lambda settlement: day_of(settlement.at, self._timezone))
        for day, settlements in by_day:
            asked = list(settlements)
            written = await self._ledger.settle(self._lease, asked, day=day)
            if written != len(asked):
                log.warning(
                    "lane.outcomes_late",
                    sender=str(self._lease.sender_id),
                    given=len(asked),
                    recorded=written,
                )
