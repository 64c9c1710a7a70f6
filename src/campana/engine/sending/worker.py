"""Holds lanes: takes those that have work and no holder, runs them, and gives them back when told to stop."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars

from campana.domain.errors import StoreUnavailable
from campana.domain.limits import capped, day_of
from campana.domain.senders import Sender
from campana.engine.ports import Lease, Provider
from campana.engine.sending.crew import Crew
from campana.engine.sending.governor import Governor
from campana.engine.sending.lane import LEASE_S, Lane
from campana.engine.sending.pacer import Pacer
from campana.engine.sending.tools import LaneTools
from campana.engine.service import Service

log = structlog.get_logger(__name__)

LOOK_S = 0.5
"""how often work that other processes made is looked for, in seconds"""
QUIET_S = 1.0
"""a lane taken over from somebody else starts with a second in which nobody sent"""
PAUSE_AFTER_ERROR_S = 5.0


class Worker(Service):
    """One process's share of the sending. `owner` names it in leases; `only` names one lane, if not all."""

    name = "worker"

    def __init__(
        self, owner: str, tools: LaneTools, providers: Mapping[str, Provider], *, only: UUID | None = None
    ) -> None:
        super().__init__(tools.clock)
        self.owner = owner
        self._only = only
        self._tools = tools
        self._providers = providers
        self._bell = tools.signals.listen()
        self._governors = {
            provider.host: Governor(provider.host, tools.store, tools.clock)
            for provider in providers.values()
        }
        self._crew = Crew(owner, tools.store, tools.clock)
        self._lanes: dict[UUID, tuple[Lane, asyncio.Task[None]]] = {}
        self._pacers: dict[UUID, tuple[int, Pacer]] = {}
        self._not_before: dict[UUID, float] = {}

    async def tick(self) -> None:
        """Take up lanes with work, let go of ended ones, and tell other processes what the hosts said."""
        self._reap()
        if self._only is None:
            await self._crew.look(sum(lane.rate for lane, _ in self._lanes.values()))
        await self._share_out(await self._tools.store.working_senders(self.clock.now()))
        for governor in self._governors.values():
            await governor.share()
        self._report()
        await self._bell.heard(LOOK_S)

    async def close(self) -> None:
        """Stop all lanes; returns when each has drained, in under ten seconds."""
        for lane, _ in self._lanes.values():
            lane.stop()
        await asyncio.gather(*(task for _, task in self._lanes.values()), return_exceptions=True)
        self._reap()
        if self._only is None:
            with suppress(StoreUnavailable):
                await self._crew.leave()

    async def _share_out(self, working: Sequence[UUID]) -> None:
        """Let go of what is more than this worker's part of the lanes, or take what is free up to it."""
        mine = [sender_id for sender_id, (lane, _) in self._lanes.items() if not lane.stopping]
        for sender_id in self._crew.surplus(working, mine):
            log.info("lane.handed_on", sender=str(sender_id))
            self._lanes[sender_id][0].stop()
        room = self._crew.room(working, mine)
        free = await self._free(working) if room else []
        for sender_id in free:
            room -= await self._take_up(sender_id)
            if room <= 0:
                break

    async def _free(self, working: Sequence[UUID]) -> Sequence[UUID]:
        """Lanes with work that nobody holds and this worker may take."""
        asked = [sender_id for sender_id in working if self._only in (None, sender_id)]
        if all(sender_id in self._lanes for sender_id in asked):
            return []
        holders = await self._tools.store.holders()
        held = {holder.sender_id for holder in holders if holder.expires_in_s > 0} | self._lanes.keys()
        now = self.clock.monotonic()
        return [
            sender_id
            for sender_id in asked
            if sender_id not in held and now >= self._not_before.get(sender_id, 0.0)
        ]

    async def _take_up(self, sender_id: UUID) -> bool:
        """Whether this worker holds the lane from now on."""
        now = self.clock.now()
        view = await self._tools.store.lane_view(sender_id, now=now, day=now.date())
        if view is None or view.sender.provider not in self._providers:
            return False
        day = day_of(now, view.sender.timezone)
        lease = await self._tools.store.acquire(sender_id, self.owner, ttl_s=LEASE_S, day=day)
        if lease is None:
            return False
        self._start_lane(capped(view.sender, view.account), lease)
        return True

    def _start_lane(self, sender: Sender, lease: Lease) -> None:
        if lease.lost_track:
            self._tools.metrics.lost_track.inc(lease.lost_track)
            log.warning("lane.lost_track", sender=str(sender.id), messages=lease.lost_track)
        provider = self._providers[sender.provider]
        lane = Lane(
            lease,
            sender,
            provider,
            self._tools,
            pacer=self._pacer(sender, lease),
            governor=self._governors[provider.host],
        )
        with bound_contextvars(sender=str(sender.id)):  # stands in each log line of the lane
            running = asyncio.create_task(lane.run(), name=f"lane {sender.id}")
        self._lanes[sender.id] = lane, running
        running.add_done_callback(lambda _: self._bell.ring())

    def _pacer(self, sender: Sender, lease: Lease) -> Pacer:
        """The pacer this process used for the lane, if nobody else held it since; else one after a quiet
        second."""
        fence, pacer = self._pacers.get(sender.id, (None, None))
        if pacer is None or fence != lease.fence - 1:
            pacer = Pacer(sender.rate_limit_per_s)
            pacer.hold(self.clock.monotonic() + max(0.0, QUIET_S - lease.quiet_s))
        self._pacers[sender.id] = lease.fence, pacer
        return pacer

    def _report(self) -> None:
        metrics = self._tools.metrics
        metrics.lanes_held.set(len(self._lanes))
        for host, governor in self._governors.items():
            metrics.host_factor.labels(host).set(governor.factor(self.clock.monotonic()))
        metrics.in_flight.set(sum(lane.under_way for lane, _ in self._lanes.values()))

    def _reap(self) -> None:
        for sender_id, (_, task) in list(self._lanes.items()):
            if not task.done():
                continue
            del self._lanes[sender_id]
            self._tools.metrics.forget_lane(str(sender_id))
            error = None if task.cancelled() else task.exception()
            if error is not None and not isinstance(error, StoreUnavailable):
                log.error("lane.died", sender=str(sender_id), exc_info=error)
                self._not_before[sender_id] = self.clock.monotonic() + PAUSE_AFTER_ERROR_S
