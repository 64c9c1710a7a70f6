"""Campaigns as their authors see them: create, look, change. Steering one that runs is control.py's part."""

import re
from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

import structlog

from campana.domain.accounts import Principal
from campana.domain.audit import AuditAction, Detail, subject_of
from campana.domain.campaigns import EDITABLE, Campaign, CampaignKind, CampaignStatus
from campana.domain.errors import Conflict, InvalidInput, NotFound
from campana.domain.permissions import Action, permit
from campana.domain.times import iso
from campana.engine.audit import Audit
from campana.engine.drafting import Draft, Drafting, new_campaign
from campana.engine.ports import CampaignOrder, CampaignView, Clock, Page, Store
from campana.engine.requests import UNSET, CampaignChanges, CampaignRequest
from campana.engine.signals import Signals

log = structlog.get_logger(__name__)

LOAD_BATCH = 10_000
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


class Campaigns:
    """Makes campaigns whole or not at all, finds them, and changes those that have not started."""

    def __init__(
        self, store: Store, drafting: Drafting, audit: Audit, *, clock: Clock, signals: Signals
    ) -> None:
        self._store = store
        self._audit = audit
        self._drafting = drafting
        self._clock = clock
        self._signals = signals

    async def create(
        self, principal: Principal, request: CampaignRequest, *, idempotency_key: str | None = None
    ) -> CampaignView:
        """The new campaign, DRAFT without a time and SCHEDULED with one.

        The same key gives the same campaign again, and goes on with one whose making was interrupted. Raises
        InvalidInput with every problem; Conflict when the key came with another request before.
        """
        permit(principal, Action.CAMPAIGN)
        if idempotency_key is not None and not _KEY.fullmatch(idempotency_key):
            raise InvalidInput.of("Idempotency-Key", "must be 1 to 200 visible ASCII characters")
        known = await self._known(principal, request, idempotency_key)
        if known is not None:
            return await self._open(principal, known)
        draft = await self._drafting.check(principal, request)
        return await self.begin(principal, request, draft, idempotency_key=idempotency_key)

    async def begin(
        self,
        principal: Principal,
        request: CampaignRequest,
        draft: Draft,
        *,
        idempotency_key: str | None = None,
    ) -> CampaignView:
        """The campaign of a request that was checked already. Raises InvalidInput where that found
        problems."""
        _, audience = draft.sound()
        recipients = await audience.keep(self._store)
        campaign = new_campaign(
            principal,
            request,
            list_id=recipients.id,
            scheduled_at=draft.scheduled_at,
            at=self._clock.now(),
            idempotency_key=idempotency_key,
        )
        there = None
        try:
            there = await self._store.add_campaign(campaign)
        finally:
            if audience.inline is not None and (there is None or there.id != campaign.id):
                await self._store.drop_list(principal.account_id, recipients.id)
        if there.id != campaign.id:
            # Another request with the same key was a little faster.
            _same_request(there, request)
        return await self._open(principal, there)

    async def made_with(self, principal: Principal, idempotency_key: str) -> CampaignView | None:
        """The campaign that was made with that key, where its making came to its end."""
        permit(principal, Action.READ)
        known = await self._store.campaign_by_key(principal.account_id, idempotency_key)
        return await self._store.campaign(known.account_id, known.id) if known else None

    async def get(self, principal: Principal, campaign_id: UUID) -> CampaignView:
        """The campaign with its counts. Raises NotFound."""
        permit(principal, Action.READ)
        view = await self._store.campaign(principal.account_id, campaign_id)
        if view is None:
            raise NotFound("there is no such campaign")
        return view

    async def find(
        self,
        principal: Principal,
        *,
        limit: int,
        cursor: str | None = None,
        statuses: Collection[CampaignStatus] = (),
        q: str = "",
        order: CampaignOrder = CampaignOrder.NEWEST,
    ) -> Page[CampaignView]:
        """The account's campaigns in that order; `q` is a part of a name."""
        permit(principal, Action.READ)
        return await self._store.campaigns(
            principal.account_id, limit=limit, cursor=cursor, statuses=statuses, q=q, order=order
        )

    async def edit(self, principal: Principal, campaign_id: UUID, changes: CampaignChanges) -> CampaignView:
        """Change a DRAFT or SCHEDULED campaign; a time makes it SCHEDULED, taking it away a DRAFT.

        Raises NotFound, InvalidInput; Conflict when it has started meanwhile.
        """
        permit(principal, Action.CAMPAIGN)
        campaign = (await self.get(principal, campaign_id)).campaign
        if campaign.status not in EDITABLE:
            raise _not_editable(campaign.status)
        request = changes.over(campaign)
        draft = await self._drafting.check(principal, request)
        draft.sound()
        scheduled_at = campaign.scheduled_at if changes.scheduled_at is UNSET else draft.scheduled_at
        edited = replace(
            campaign,
            name=request.name.strip(),
            fields=dict(request.fields),
            header=request.header,
            scheduled_at=scheduled_at,
            status=CampaignStatus.SCHEDULED if scheduled_at else CampaignStatus.DRAFT,
        )
        if not await self._store.edit_campaign(edited):
            raise _not_editable((await self.get(principal, campaign_id)).campaign.status)
        self._signals.ring()
        log.info("campaign.changed", campaign=str(campaign_id), user=str(principal.user_id))
        changed = {"changed": ", ".join(changes.named())}
        await self._audit.note(principal, AuditAction.CAMPAIGN_CHANGED, subject_of(edited), changed)
        return await self.get(principal, campaign_id)

    async def _note_creation(self, principal: Principal, campaign: Campaign) -> None:
        if campaign.kind is CampaignKind.TEST:
            return  # noted as a test by trials.py, with its number
        details: dict[str, Detail] = {
            "template": campaign.template.name,
            "sender": str(campaign.sender_id),
            "recipient_list": str(campaign.recipient_list_id),
            "scheduled_at": iso(campaign.scheduled_at) if campaign.scheduled_at else None,
        }
        await self._audit.note(principal, AuditAction.CAMPAIGN_CREATED, subject_of(campaign), details)

    async def _known(
        self, principal: Principal, request: CampaignRequest, key: str | None
    ) -> Campaign | None:
        """What an earlier request with that key began: found before anything is checked, since times pass."""
        known = await self._store.campaign_by_key(principal.account_id, key) if key else None
        if known is not None:
            _same_request(known, request)
        return known

    async def _open(self, principal: Principal, campaign: Campaign) -> CampaignView:
        """Load what is not loaded yet and let the campaign be seen; nothing of that for one that is open."""
        view = await self._store.campaign(campaign.account_id, campaign.id)
        if view is not None:
            return view
        loaded = LOAD_BATCH
        while loaded:
            loaded = await self._store.load(campaign.id, limit=LOAD_BATCH)
        status = CampaignStatus.SCHEDULED if campaign.scheduled_at else CampaignStatus.DRAFT
        if await self._store.open_campaign(campaign.id, status):
            log.info("campaign.created", campaign=str(campaign.id), status=status.value)
            await self._note_creation(principal, campaign)
        self._signals.ring()
        view = await self._store.campaign(campaign.account_id, campaign.id)
        if view is None:
            raise NotFound("there is no such campaign")
        return view


def _same_request(known: Campaign, request: CampaignRequest) -> None:
    if known.request_digest != request.digest():
        raise Conflict("this Idempotency-Key was used for another request before; take a new one")


def _not_editable(status: CampaignStatus) -> Conflict:
    return Conflict(f"the campaign is {status}; it can be changed only while it is DRAFT or SCHEDULED")
