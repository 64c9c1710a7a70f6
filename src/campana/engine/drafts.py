"""Drafts of campaigns: everything a person typed, kept from the first letter until it is a campaign."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from campana.domain.accounts import Principal
from campana.domain.drafts import SavedDraft, kept
from campana.domain.errors import Conflict, FieldProblem, InvalidInput, NotFound
from campana.domain.estimates import Estimate
from campana.domain.permissions import Action, permit
from campana.domain.recipients import RecipientList
from campana.domain.senders import Sender
from campana.engine.campaigns import Campaigns
from campana.engine.composing import Composed, compose, told_by_field, typed_of
from campana.engine.drafting import Drafting
from campana.engine.estimates import Estimates
from campana.engine.ids import new_id
from campana.engine.ports import CampaignView, Clock, Store
from campana.engine.requests import CampaignRequest
from campana.engine.sending.dispatch import Script

log = structlog.get_logger(__name__)

MOST = 50
"""drafts a person keeps; a new one takes the place of the oldest"""
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Look:
    """A draft beside what would become of it. `problems` tell by field what keeps it from being a
    campaign; the other parts are there as far as they can be made out."""

    request: CampaignRequest = field(repr=False)
    problems: Mapping[str, str]
    starts_at: datetime | None
    sender: Sender | None
    recipients: RecipientList | None
    script: Script | None = field(repr=False)
    estimate: Estimate | None

    @property
    def digest(self) -> str:
        """Changes with anything that goes into the campaign, so that what was confirmed is what is made."""
        return self.request.digest()


@dataclass(frozen=True, slots=True)
class Desk:
    """The services a draft goes through on its way to a campaign."""

    drafting: Drafting
    campaigns: Campaigns
    estimates: Estimates


class Drafts:
    """Keeps drafts, looks them over, and makes campaigns of them."""

    def __init__(self, store: Store, desk: Desk, *, clock: Clock) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock

    async def save(
        self, principal: Principal, draft_id: UUID, typed: Iterable[tuple[str, str]]
    ) -> SavedDraft:
        """Keep what was typed, under that id. Raises InvalidInput for too much; Conflict where the draft is
        a campaign already; NotFound where it is another person's."""
        permit(principal, Action.CAMPAIGN)
        now = self._clock.now()
        draft = SavedDraft(draft_id, principal.account_id, principal.user_id, kept(typed), now, now)
        known = await self._store.draft(principal.user_id, draft_id)
        if known is None:
            if await self._desk.campaigns.made_with(principal, _key(draft_id)) is not None:
                raise Conflict("this draft has become a campaign")
            await self._make_room(principal)
        if not await self._store.save_draft(draft):
            raise NotFound("there is no such draft")
        return draft

    async def get(self, principal: Principal, draft_id: UUID) -> SavedDraft:
        """The draft. Raises NotFound."""
        permit(principal, Action.CAMPAIGN)
        found = await self._store.draft(principal.user_id, draft_id)
        if found is None:
            raise NotFound("there is no such draft")
        return found

    async def made_of(self, principal: Principal, draft_id: UUID) -> CampaignView | None:
        """The campaign that the draft has become, if it has."""
        return await self._desk.campaigns.made_with(principal, _key(draft_id))

    async def find(self, principal: Principal) -> Sequence[SavedDraft]:
        """The person's drafts, the one changed last first."""
        permit(principal, Action.CAMPAIGN)
        return await self._store.drafts(principal.user_id, limit=MOST)

    async def drop(self, principal: Principal, draft_id: UUID) -> None:
        """Throw it away. Raises NotFound."""
        permit(principal, Action.CAMPAIGN)
        if not await self._store.drop_draft(principal.user_id, draft_id):
            raise NotFound("there is no such draft")

    async def copy_of(self, principal: Principal, campaign_id: UUID) -> SavedDraft:
        """A draft like that campaign, for the same list, without its time. Raises NotFound."""
        permit(principal, Action.CAMPAIGN)
        campaign = (await self._desk.campaigns.get(principal, campaign_id)).campaign
        typed = typed_of(campaign)
        return await self.save(principal, new_id(), typed.items())

    async def look(self, principal: Principal, typed: Mapping[str, str]) -> Look:
        """What would become of what was typed. Changes nothing."""
        permit(principal, Action.CAMPAIGN)
        sender = await self._sender(principal, typed)
        composed = compose(typed, sender.timezone if sender else _UTC)
        checked = await self._desk.drafting.check(principal, composed.request)
        recipients = checked.audience.list if checked.audience else None
        estimate: Estimate | None = None
        unending: tuple[FieldProblem, ...] = ()
        if sender is not None and recipients is not None and not _without_time(composed):
            try:
                estimate = await self._desk.estimates.of(
                    sender, recipients, composed.starts_at, composed.request.on_daily_limit
                )
            except InvalidInput as error:
                unending = error.problems
        return Look(
            request=composed.request,
            problems=told_by_field(composed.problems, (*checked.problems, *unending)),
            starts_at=composed.starts_at,
            sender=sender,
            recipients=recipients,
            script=checked.script,
            estimate=estimate,
        )

    async def schedule(
        self, principal: Principal, draft_id: UUID, *, confirmed: str | None = None
    ) -> CampaignView:
        """The campaign of the draft, which is gone then; asked for again, the same campaign.

        `confirmed` is the digest of the look that was confirmed. Raises InvalidInput with every problem, by
        the page's fields; Conflict when the draft is not what was confirmed; NotFound.
        """
        permit(principal, Action.CAMPAIGN)
        made = await self._desk.campaigns.made_with(principal, _key(draft_id))
        if made is None:
            draft = await self.get(principal, draft_id)
            look = await self.look(principal, draft.typed)
            if look.problems:
                raise InvalidInput(
                    [FieldProblem(*each) for each in look.problems.items()], title="The campaign has problems"
                )
            if confirmed is not None and confirmed != look.digest:
                raise Conflict("the draft was changed after it was shown to be confirmed; look at it again")
            made = await self._desk.campaigns.create(principal, look.request, idempotency_key=_key(draft_id))
        await self._store.drop_draft(principal.user_id, draft_id)
        return made

    async def _sender(self, principal: Principal, typed: Mapping[str, str]) -> Sender | None:
        try:
            return await self._store.sender(principal.account_id, UUID(typed.get("sender_id", "")))
        except ValueError:
            return None

    async def _make_room(self, principal: Principal) -> None:
        for oldest in (await self._store.drafts(principal.user_id, limit=MOST + 1))[MOST - 1 :]:
            await self._store.drop_draft(principal.user_id, oldest.id)


def _without_time(composed: Composed) -> bool:
    """Whether a time was meant that cannot be made out: it must not be taken for now."""
    return any(problem.field in ("date", "time", "zone") for problem in composed.problems)


def _key(draft_id: UUID) -> str:
    return f"draft-{draft_id}"
