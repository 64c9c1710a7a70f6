"""Writes a lane's outcomes back, in batches. Outcomes survive a database that is away for a while."""

import asyncio
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

import structlog

from campana.domain.errors import StoreUnavailable
from campana.domain.limits import day_of
from campana.engine.ports import Lease, Ledger, Settlement
from campana.engine.sending.tools import LaneTools

log = structlog.get_logger(__name__)

GATHER_S = 0.1
"""how long outcomes are gathered before they are written"""
BATCH = 1000
RETRY_S = 0.5


class Settling:
    """Takes settlements one by one and writes them in batches, in the order they came."""

    def __init__(self, lease: Lease, timezone: ZoneInfo, tools: LaneTools) -> None:
        self._ledger: Ledger = tools.store
        self._lease = lease
        self._timezone = timezone
        self._clock = tools.clock
        self._tracing = tools.tracing
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
        """One batch: what came meanwhile is gathered anew, because many small writes cost more than a few."""
        batch = self._waiting[:BATCH]
        try:
            await self._write(batch)
        except StoreUnavailable as error:
            log.warning("lane.outcomes_wait", error=str(error))
            await self._clock.sleep(RETRY_S)
            return
        del self._waiting[: len(batch)]
        if not self._waiting:
            self._more.clear()
            self._idle = True

    async def _write(self, batch: Sequence[Settlement]) -> None:
        for day, settlements in self._by_day(batch):
            told = {"sender": self._lease.sender_id, "messages": len(settlements)}
            with self._tracing.sample("lane.settle", told):
                written = await self._ledger.settle(self._lease, settlements, day=day)
            if written != len(settlements):
                log.warning("lane.outcomes_late", given=len(settlements), recorded=written)

    def _by_day(self, batch: Sequence[Settlement]) -> list[tuple[date, Sequence[Settlement]]]:
        """Outcomes come in the order of their times, so that one look at both ends usually is enough."""

        def day(settlement: Settlement) -> date:
            return day_of(settlement.at, self._timezone)

        if day(batch[0]) == day(batch[-1]):
            return [(day(batch[0]), batch)]
        return [(each, list(settlements)) for each, settlements in groupby(batch, day)]
