"""A sender's lane: held by one worker at a time, it takes messages, sends them at the sender's pace, and
settles them.

The lane looks at the database at least four times a second: a pause, a cancel, a changed limit or a lost
lease are known well within the second in which they have to take effect. Messages leave only while the last
look is fresh.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars

from campana.domain.errors import ConfigurationError, InvalidInput, StoreUnavailable
from campana.domain.limits import capped, day_of
from campana.domain.outcomes import Check, CheckVerdict, Outcome, OutcomeKind
from campana.domain.senders import Credentials, Sender
from campana.engine.credentials import open_credentials
from campana.engine.optouts.refusals import Refused
from campana.engine.ports import (
    LaneCampaign,
    LaneView,
    Lease,
    LeaseLost,
    Provider,
    Taken,
)
from campana.engine.sending.departures import Departures, Desk
from campana.engine.sending.dispatch import Script, meets_closed_host, put_back, settlement
from campana.engine.sending.governor import Governor
from campana.engine.sending.halting import Halting, suspension
from campana.engine.sending.pacer import Pacer
from campana.engine.sending.recall import Recall
from campana.engine.sending.rooms import mind
from campana.engine.sending.settling import Settling
from campana.engine.sending.stops import Stops
from campana.engine.sending.taking import Taking, queue_target
from campana.engine.sending.tools import LaneTools

log = structlog.get_logger(__name__)

LEASE_S = 8.0
"""how long a lease lives after each renewal"""
MARGIN_S = 1.0
"""a holder stops sending this long before its lease ends, so that the next one starts in a quiet second"""
RENEW_S = 2.0
LOOK_S = 0.25
FRESH_S = 0.8
LONG_HOLD_S = 1.0
"""what is queued goes back to PENDING when the host closes for longer than this"""
DRAIN_S = 7.0
LANDING_S = 60.0
SETTLED_LOOK_S = 0.02


class Lane:
    """One holding of one sender's lane, from the lease to its return."""

    def __init__(
        self,
        lease: Lease,
        sender: Sender,
        provider: Provider,
        tools: LaneTools,
        *,
        pacer: Pacer,
        governor: Governor,
    ) -> None:
        self.lease = lease
        self._sender = sender
        self._provider = provider
        self._tools = tools
        self._store = tools.store
        self._clock = tools.clock
        self._pacer = pacer
        self._governor = governor
        self._bell = tools.signals.listen()
        self._halting = Halting(tools.store, tools.clock, Stops(tools.audit, tools.metrics))
        self._recall = Recall(tools.store)
        self._taking = Taking(lease, tools)
        self._settling = Settling(lease, sender.timezone, tools)
        self._departures = Departures(
            provider=provider,
            pacer=pacer,
            governor=governor,
            tools=tools,
            desk=Desk(settle=self._settle, runs_low=self._bell.ring),
        )
        self._scripts: dict[UUID, Script] = {}
        self._view: LaneView | None = None
        self._credentials: Credentials | None = None
        self._looked_at = float("-inf")
        self._renewed_at = self._clock.monotonic()
        self._stopping = False

    @property
    def under_way(self) -> int:
        """Requests that wait for the provider's answer."""
        return self._departures.under_way

    @property
    def rate(self) -> float:
        """Messages that left in the last second."""
        return self._pacer.recent(self._clock.monotonic())

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping

    def stop(self) -> None:
        """Take nothing more, finish what is under way, give back the rest and the lane."""
        self._stopping = True
        self._bell.ring()

    async def run(self) -> None:
        """Send until there is nothing to do, `stop` was called or the lane is lost."""
        departing = asyncio.create_task(self._departures.run())
        settling = asyncio.create_task(self._settling.run())
        try:
            while not self._stopping and await self._round():
                _raise_if_broken(departing, settling)
                await self._bell.heard(LOOK_S)
        except LeaseLost:
            self._tools.metrics.lease_losses.inc()
            log.warning("lane.lost", fence=self.lease.fence)
        finally:
            departing.cancel()
            await self._end()
            settling.cancel()
            await asyncio.gather(departing, settling, return_exceptions=True)
            self._tools.signals.drop(self._bell)

    async def _round(self) -> bool:
        """Look, act on what is seen, take more; whether there is a reason for another round."""
        started = self._clock.monotonic()
        try:
            if started - self._renewed_at >= RENEW_S:
                await self._renew(started)
            if started - self._looked_at >= LOOK_S / 2:
                await self._look(started)
        except StoreUnavailable as error:
            log.warning("lane.store_away", error=str(error))
            await self._clock.sleep(LOOK_S)  # a queue that runs low would ring at once, again and again
            return True
        if self._view is None:
            return False
        try:
            await self._take(self._view)
        except StoreUnavailable as error:
            # Nobody knows whether it was committed. Whatever is SENDING without us becomes UNKNOWN when the
            # lane is held anew; so this holding ends.
            log.warning("lane.take_in_doubt", error=str(error))
            return False
        return bool(self._view.campaigns or self._departures.under_way or not self._settling.idle)

    async def _renew(self, started: float) -> None:
        if not await self._store.renew(self.lease, ttl_s=LEASE_S):
            raise LeaseLost
        self._renewed_at = started

    async def _look(self, started: float) -> None:
        now = self._clock.now()
        day = day_of(now, self._sender.timezone)
        self._view = view = await self._store.lane_view(self.lease.sender_id, now=now, day=day)
        if view is None:
            return
        self._view = view = replace(view, sender=capped(view.sender, view.account))
        self._adopt(view)
        # Put back, and skipped at the next take, which looks at each number once more.
        self._put_back(self._departures.recall(await self._recall.phones(view, self._departures.queue)))
        for seen in view.campaigns:
            with bound_contextvars(campaign=str(seen.campaign.id)):
                if self._halting.reason(seen.campaign.id):
                    under_way = self._departures.under_way_of(seen.campaign.id) > 0 or not self._settling.idle
                    await self._halting.conclude(seen, under_way=under_way, ask=self._ask)
                else:
                    await mind(seen, view, day=day, tools=self._tools)
        self._open_gates(started)
        self._looked_at = started
        self._report(started)

    def _open_gates(self, started: float) -> None:
        if self._credentials is not None:
            lease_ends = self._renewed_at + LEASE_S - MARGIN_S
            self._departures.open_gates(min(started + FRESH_S, lease_ends), self._credentials)

    def _report(self, now: float) -> None:
        sender, metrics = str(self.lease.sender_id), self._tools.metrics
        metrics.lane_rate.labels(sender).set(self.rate)
        metrics.lane_limit.labels(sender).set(self._pacer.rate_per_s * self._governor.factor(now))

    def _adopt(self, view: LaneView) -> None:
        """Make what was seen the law: who runs, at what pace, with which credentials and texts."""
        self._pacer.rate_per_s = view.sender.rate_limit_per_s
        self._sender = view.sender
        if view.account.suspended:
            self._halting.halt_sender(suspension(view.account))
        try:
            self._credentials = open_credentials(view.sender, self._tools.vault)
        except ConfigurationError as error:
            self._credentials = None
            self._halting.halt_sender(Outcome(OutcomeKind.CREDENTIALS, "no_credentials", str(error)))
        self._halting.keep_to({seen.campaign.id for seen in view.campaigns})
        self._scripts = {
            seen.campaign.id: script for seen in view.campaigns if (script := self._script(seen)) is not None
        }
        self._give_back_what_stopped()

    def _script(self, seen: LaneCampaign) -> Script | None:
        campaign = seen.campaign
        if self._halting.reason(campaign.id):
            return None
        known = self._scripts.get(campaign.id)
        if known and (known.campaign.fields, known.campaign.header) == (campaign.fields, campaign.header):
            return known
        try:
            return Script.of(campaign, seen.columns, seen.name_column)
        except InvalidInput as error:
            self._halting.halt(campaign.id, Outcome(OutcomeKind.CAMPAIGN, "bad_field", str(error)))
            return None

    def _give_back_what_stopped(self) -> None:
        closed_for_s = self._governor.hold_until - self._clock.monotonic()
        keep = self._scripts if closed_for_s <= LONG_HOLD_S else {}
        self._put_back(self._departures.withdraw(keep))
        self._departures.scripts = self._scripts

    def _put_back(self, messages: Iterable[Taken]) -> None:
        for taken in messages:
            self._settling.add(put_back(taken, self._clock.now()))

    async def _ask(self) -> Check:
        credentials = self._credentials
        if credentials is None:
            return Check(CheckVerdict.REFUSED, "the sender has no credentials that can be opened")
        return await self._provider.check(credentials)

    async def _take(self, view: LaneView) -> None:
        """Fill the queue up to about half a second's worth, in equal shares over the running campaigns."""
        now = self._clock.monotonic()
        if self._governor.hold_until - now > LONG_HOLD_S or now >= self._departures.open_until:
            return
        target = queue_target(self._pacer.rate_per_s * self._governor.factor(now))
        self._departures.low_water = target // 2
        room = target - len(self._departures.queue)
        if room > self._departures.low_water:
            self._departures.put(await self._taking.take(view, self._scripts, room))
            self._give_back_what_stopped()

    def _settle(self, taken: Taken, outcome: Outcome, seconds: float) -> None:
        self._settling.add(settlement(taken, outcome, self._clock.now()))
        self._tools.metrics.outcome(outcome.kind, seconds)
        self._tell_governor(outcome)
        self._tools.refusals.note(
            Refused(self._sender.account_id, taken.recipient.phone, outcome.code, taken.campaign_id)
        )
        self._halting.note(taken.campaign_id, outcome)
        if self._scripts and self._halting.reason(taken.campaign_id):
            self._scripts = {
                key: script for key, script in self._scripts.items() if not self._halting.reason(key)
            }
            self._give_back_what_stopped()

    def _tell_governor(self, outcome: Outcome) -> None:
        if outcome.kind is OutcomeKind.THROTTLED:
            self._governor.throttled(outcome.hold_s, outcome.reason)
        elif meets_closed_host(outcome):
            self._governor.unreachable(outcome.hold_s or 0.0, outcome.reason)
        else:
            self._governor.reached()
            if outcome.hold_s:
                self._governor.hold(outcome.hold_s, outcome.reason or "the host's request limit is used up")

    async def _end(self) -> None:
        """Give back what never left, wait for what did, write it all down, and return the lane.

        A lane that ends by itself waits for the database as long as it takes: outcomes are not to be lost.
        """
        self._put_back(self._departures.withdraw())
        await self._departures.landed(DRAIN_S if self._stopping else LANDING_S)
        give_up_at = self._clock.monotonic() + DRAIN_S
        while not self._settling.idle and not (self._stopping and self._clock.monotonic() > give_up_at):
            await self._clock.sleep(SETTLED_LOOK_S)
        try:
            await self._store.release(self.lease)
        except StoreUnavailable as error:
            log.warning("lane.not_returned", error=str(error))


def _raise_if_broken(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        if task.done():
            task.result()
