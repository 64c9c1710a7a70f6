"""Sets right what a dead process left behind: lanes, messages on their way, and halves of creations."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from campana.domain.campaigns import Campaign, CampaignStatus
from campana.domain.limits import day_of
from campana.engine.ports import Clock, Store
from campana.engine.service import Service
from campana.engine.signals import Signals

log = structlog.get_logger(__name__)

SWEEP_BATCH = 5000
UNFINISHED_AFTER = timedelta(minutes=30)
CLEAN_EVERY_S = 600.0


class Recovery(Service):
    """`is_dead` tells of a lane's owner that its process is surely gone (same machine, no such process)."""

    name = "recovery"
    interval_s = 2.0

    def __init__(self, store: Store, clock: Clock, signals: Signals, is_dead: Callable[[str], bool]) -> None:
        super().__init__(clock)
        self._store = store
        self._signals = signals
        self._is_dead = is_dead
        self._cleaned_at = float("-inf")

    async def tick(self) -> None:
        """One look at everything that may have been left behind."""
        await self._free_lanes()
        await self._settle_stranded()
        for campaign in await self._store.unswept():
            await sweep(campaign, self._store, self.clock)
        if self.clock.monotonic() - self._cleaned_at > CLEAN_EVERY_S:
            await self._store.drop_unfinished(self.clock.now() - UNFINISHED_AFTER)
            self._cleaned_at = self.clock.monotonic()

    async def _free_lanes(self) -> None:
        """A lease of a process that is known to be dead need not run out, and it has no part in the lanes."""
        for holder in await self._store.holders():
            if self._is_dead(holder.owner) and await self._store.void(holder.sender_id, holder.fence):
                log.warning("lane.freed", sender=str(holder.sender_id), owner=holder.owner)
                self._signals.ring()
        for worker in await self._store.workers():
            if self._is_dead(worker.owner):
                await self._store.say_gone(worker.owner)

    async def _settle_stranded(self) -> None:
        senders = await self._store.stranded()
        if not senders:
            return
        now = self.clock.now()
        days = {sender.id: day_of(now, sender.timezone) for sender in senders}
        if lost := await self._store.expire(day_of=days):
            log.warning("messages.lost_track", messages=lost, senders=[str(sender.id) for sender in senders])
            self._signals.ring()


async def sweep(campaign: Campaign, store: Store, clock: Clock, *, at_most: int | None = None) -> int:
    """Bring what a CANCELLED or FAILED campaign has pending to its final state; how many messages."""
    failed = campaign.status is CampaignStatus.FAILED
    code = "campaign_failed" if failed else "cancelled"
    reason = campaign.error if failed and campaign.error else "the campaign was cancelled"
    done = 0
    while at_most is None or done < at_most:
        swept = await store.sweep(campaign.id, code=code, reason=reason, at=clock.now(), limit=SWEEP_BATCH)
        done += swept
        if swept == 0:
            break
    return done
