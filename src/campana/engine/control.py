"""Steering a campaign that is there already: pause, resume, cancel, retry. Each is safe to ask for twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from campana.domain.accounts import Principal
from campana.domain.audit import AuditAction, subject_of
from campana.domain.campaigns import CampaignStatus, start_states
from campana.domain.errors import Conflict, InvalidInput, NotFound
from campana.domain.messages import RETRYABLE, MessageStatus
from campana.domain.permissions import Action, permit
from campana.engine.audit import Audit
from campana.engine.ports import CampaignView, Clock, Store
from campana.engine.sending.recovery import sweep
from campana.engine.sending.starter import Starter
from campana.engine.signals import Signals

log = structlog.get_logger(__name__)

SWEPT_AT_ONCE = 20_000
"""messages brought to their end while the caller waits; the recovery service does the rest"""
RETRY_BATCH = 5_000
_S = CampaignStatus


PAUSED_BY = "paused by "
"""how the reasons of campaigns that a person paused begin"""
RETRYING = "messages are being put back for a retry"


@dataclass(frozen=True, slots=True)
class Levers:
    """What it takes to set a campaign going again at once."""

    starter: Starter
    signals: Signals


class Control:
    """Moves campaigns between their states at a person's wish."""

    def __init__(self, store: Store, levers: Levers, audit: Audit, *, clock: Clock) -> None:
        self._store = store
        self._audit = audit
        self._starter = levers.starter
        self._signals = levers.signals
        self._clock = clock

    async def pause(self, principal: Principal, campaign_id: UUID) -> CampaignView:
        """SCHEDULED or PROCESSING to PAUSED; a PAUSED one stays as it is. Raises NotFound, Conflict."""
        view = await self._view(principal, campaign_id)
        moved = await self._move(view, _S.PAUSED, _pausable(), error=f"{PAUSED_BY}{principal.email}")
        if moved:
            log.info("campaign.paused", campaign=str(campaign_id), user=str(principal.user_id))
            await self._audit.note(principal, AuditAction.CAMPAIGN_PAUSED, subject_of(view.campaign))
        return await self._after(principal, view, moved=moved, harmless=_S.PAUSED, verb="paused")

    async def resume(self, principal: Principal, campaign_id: UUID) -> CampaignView:
        """PAUSED to SCHEDULED for its time, or now where that is past; then it starts before this returns."""
        view = await self._view(principal, campaign_id)
        moved = await self._set_going(view)
        if moved:
            log.info("campaign.resumed", campaign=str(campaign_id), user=str(principal.user_id))
            await self._audit.note(principal, AuditAction.CAMPAIGN_RESUMED, subject_of(view.campaign))
        return await self._after(principal, view, moved=moved, harmless=None, verb="resumed")

    async def cancel(self, principal: Principal, campaign_id: UUID) -> CampaignView:
        """To CANCELLED for good, what has not left becomes SKIPPED. A CANCELLED one stays as it is."""
        view = await self._view(principal, campaign_id)
        moved = await self._move(view, _S.CANCELLED, start_states(_S.CANCELLED))
        if moved:
            log.info("campaign.cancelled", campaign=str(campaign_id), user=str(principal.user_id))
            await self._audit.note(principal, AuditAction.CAMPAIGN_CANCELLED, subject_of(view.campaign))
            cancelled = await self._view(principal, campaign_id)
            await sweep(cancelled.campaign, self._store, self._clock, at_most=SWEPT_AT_ONCE)
        return await self._after(principal, view, moved=moved, harmless=_S.CANCELLED, verb="cancelled")

    async def retry(
        self, principal: Principal, campaign_id: UUID, statuses: Sequence[MessageStatus]
    ) -> CampaignView:
        """Put messages of the statuses named back and send them again; UNKNOWN ones only when named.

        A PAUSED campaign stays so; one that had ended starts again at once. Raises InvalidInput; Conflict
        where there is nothing to retry.
        """
        permit(principal, Action.CAMPAIGN)
        wanted = _retryable(statuses)
        view = await self._view(principal, campaign_id)
        ended = view.campaign.status in (_S.COMPLETED, _S.FAILED)
        _refuse_archived(view)
        await self._refuse_without_people(view)
        if not ended and view.campaign.status not in (_S.PAUSED, _S.PROCESSING):
            raise Conflict(f"the campaign is {view.campaign.status}; there is nothing to retry in that state")
        waiting = sum(getattr(view.counts, status.value.lower()) for status in wanted)
        if not waiting and not (view.campaign.status is _S.FAILED and view.counts.pending):
            raise Conflict(f"no message of the campaign is {' or '.join(wanted)}: there is nothing to retry")
        if ended:
            # Out of its end state first: messages that wait belong only to campaigns that may send.
            await self._move(view, _S.PAUSED, (_S.COMPLETED, _S.FAILED), error=RETRYING)
        put_back = await self._put_back(campaign_id, wanted)
        log.info("campaign.retried", campaign=str(campaign_id), messages=put_back, ended=ended)
        await self._audit.note(
            principal,
            AuditAction.CAMPAIGN_RETRIED,
            subject_of(view.campaign),
            {"statuses": ", ".join(wanted), "messages": put_back},
        )
        if ended:
            await self._set_going(await self._view(principal, campaign_id), anew=True)
        self._signals.ring()
        return await self._view(principal, campaign_id)

    async def _refuse_without_people(self, view: CampaignView) -> None:
        campaign = view.campaign
        people = await self._store.recipient_list(campaign.account_id, campaign.recipient_list_id)
        if people is not None and people.removed_at is not None:
            raise Conflict(
                f"the data of its recipients were removed on {people.removed_at:%Y-%m-%d}: "
                "nobody is left to write to"
            )

    async def _put_back(self, campaign_id: UUID, wanted: Sequence[MessageStatus]) -> int:
        total = 0
        for status in wanted:
            done = -1
            while done:
                done = await self._store.retry(campaign_id, status, now=self._clock.now(), limit=RETRY_BATCH)
                total += done
        return total

    async def _set_going(self, view: CampaignView, *, anew: bool = False) -> bool:
        """PAUSED to SCHEDULED, and on to PROCESSING when it is due; whether it was PAUSED."""
        now = self._clock.now()
        planned = view.campaign.scheduled_at
        later = planned is not None and planned > now and not anew
        moved = await self._store.move(
            view.campaign.id,
            _S.SCHEDULED,
            origins=(_S.PAUSED,),
            at=now,
            scheduled_at=None if later else now,
        )
        if moved and not later:
            await self._start(view)
        self._signals.ring()
        return moved

    async def _start(self, view: CampaignView) -> None:
        """Start it now, so that the answer says already what became of it; the scheduler would be next to
        try."""
        account_id = view.campaign.account_id
        fresh = await self._store.campaign(account_id, view.campaign.id)
        sender = await self._store.sender(account_id, view.campaign.sender_id)
        if fresh is not None and sender is not None:
            await self._starter.start(fresh.campaign, sender)

    async def _move(
        self,
        view: CampaignView,
        target: CampaignStatus,
        origins: Sequence[CampaignStatus] | frozenset[CampaignStatus],
        *,
        error: str | None = None,
    ) -> bool:
        moved = await self._store.move(
            view.campaign.id, target, origins=origins, at=self._clock.now(), error=error
        )
        self._signals.ring()
        return moved

    async def _view(self, principal: Principal, campaign_id: UUID) -> CampaignView:
        permit(principal, Action.CAMPAIGN)
        view = await self._store.campaign(principal.account_id, campaign_id)
        if view is None:
            raise NotFound("there is no such campaign")
        return view

    async def _after(
        self,
        principal: Principal,
        before: CampaignView,
        *,
        moved: bool,
        harmless: CampaignStatus | None,
        verb: str,
    ) -> CampaignView:
        """The campaign as it is now. Raises Conflict when it was not moved and is not where the caller
        wants it."""
        view = await self._view(principal, before.campaign.id)
        if not moved and view.campaign.status is not harmless:
            raise Conflict(f"the campaign is {view.campaign.status}; it cannot be {verb} in that state")
        return view


def _refuse_archived(view: CampaignView) -> None:
    archive = view.campaign.archive
    if archive is not None:
        raise Conflict(
            f"its messages were archived on {archive.at:%Y-%m-%d}; for its people make a new campaign: "
            "the export says who failed"
        )


def _pausable() -> frozenset[CampaignStatus]:
    """Where a person may pause from; the ends, from which only a retry leads back, are not among them."""
    return start_states(_S.PAUSED) & {_S.SCHEDULED, _S.PROCESSING}


def _retryable(statuses: Sequence[MessageStatus]) -> tuple[MessageStatus, ...]:
    wrong = [status for status in statuses if status not in RETRYABLE]
    if wrong or not statuses:
        raise InvalidInput.of("statuses", 'name FAILED, UNKNOWN or both, as in ["FAILED"]')
    return tuple(dict.fromkeys(statuses))
