"""Checks a campaign as it was asked for, all of it at once, and compiles its texts. Changes nothing."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from campana.domain.accounts import Principal
from campana.domain.campaigns import Campaign, CampaignStatus
from campana.domain.errors import FieldProblem, InvalidInput
from campana.domain.senders import Sender
from campana.domain.times import parse_schedule
from campana.engine.audience import Audience, read_inline
from campana.engine.ids import new_id
from campana.engine.ports import Clock, Store
from campana.engine.privacy.memory import Memory
from campana.engine.requests import CampaignRequest
from campana.engine.sending.dispatch import Script
from campana.engine.template_rules import shape_problems, text_problems


@dataclass(frozen=True, slots=True)
class Draft:
    """What came of the check. With problems the rest holds as much as could be made out."""

    problems: tuple[FieldProblem, ...]
    sender: Sender | None = None
    audience: Audience | None = field(default=None, repr=False)
    scheduled_at: datetime | None = None
    script: Script | None = field(default=None, repr=False)

    def sound(self) -> tuple[Sender, Audience]:
        """Sender and audience of a draft without problems. Raises InvalidInput with all there are."""
        if self.problems or self.sender is None or self.audience is None:
            raise InvalidInput(self.problems, title="The campaign has problems")
        return self.sender, self.audience


class Drafting:
    """Looks up what a request names and checks it against that."""

    def __init__(self, store: Store, memory: Memory, *, clock: Clock) -> None:
        self._store = store
        self._memory = memory
        self._clock = clock

    async def check(self, principal: Principal, request: CampaignRequest) -> Draft:
        """Every problem of the request, told in the words of its fields."""
        now = self._clock.now()
        problems = list(shape_problems(request))
        scheduled_at = _time(request, now, problems)
        sender = await self._store.sender(principal.account_id, request.sender_id)
        if sender is None:
            problems.append(FieldProblem("sender_id", "there is no such sender"))
        audience = await self._audience(principal, request, sender, now, problems)
        if audience is not None:
            problems += text_problems(request, audience.list)
        script = _script(principal, request, audience, now) if audience else None
        return Draft(tuple(problems), sender, audience, scheduled_at, script)

    async def _audience(
        self,
        principal: Principal,
        request: CampaignRequest,
        sender: Sender | None,
        now: datetime,
        problems: list[FieldProblem],
    ) -> Audience | None:
        if (request.recipient_list_id is None) == (request.recipients is None):
            problems.append(
                FieldProblem("recipient_list_id", "give either a list or recipients, one of the two")
            )
            return None
        if request.recipient_list_id is not None:
            return await self._listed(principal, request.recipient_list_id, problems)
        if sender is None:
            return None
        reading = await read_inline(
            request.recipients or (),
            sender=sender,
            created_by=principal.user_id,
            at=now,
            erased=await self._memory.of(principal.account_id),
        )
        problems += reading.problems
        return reading.audience

    async def _listed(
        self, principal: Principal, list_id: UUID, problems: list[FieldProblem]
    ) -> Audience | None:
        found = await self._store.recipient_list(principal.account_id, list_id)
        if found is None:
            problems.append(FieldProblem("recipient_list_id", "there is no such recipient list"))
            return None
        if found.removed_at is not None:
            problems.append(FieldProblem("recipient_list_id", "the data of the list's people were removed"))
        if found.valid == 0:
            problems.append(FieldProblem("recipient_list_id", "the list has no valid recipient"))
        return Audience(found)


def _time(request: CampaignRequest, now: datetime, problems: list[FieldProblem]) -> datetime | None:
    if request.scheduled_at is None:
        return None
    try:
        return parse_schedule(request.scheduled_at, now=now)
    except InvalidInput as error:
        problems.extend(error.problems)
        return None


def _script(
    principal: Principal, request: CampaignRequest, audience: Audience, now: datetime
) -> Script | None:
    """The texts compiled, even where some recipients lack a value; None where they cannot be."""
    campaign = new_campaign(principal, request, list_id=audience.list.id, scheduled_at=None, at=now)
    try:
        return Script.of(campaign, audience.list.columns, audience.list.name_column)
    except InvalidInput:
        return None


def new_campaign(
    principal: Principal,
    request: CampaignRequest,
    *,
    list_id: UUID,
    scheduled_at: datetime | None,
    at: datetime,
    idempotency_key: str | None = None,
) -> Campaign:
    """The campaign of a request, as it begins."""
    return Campaign(
        id=new_id(),
        account_id=principal.account_id,
        sender_id=request.sender_id,
        recipient_list_id=list_id,
        name=request.name.strip(),
        template=request.template,
        fields=dict(request.fields),
        header=request.header,
        status=CampaignStatus.DRAFT,
        scheduled_at=scheduled_at,
        created_at=at,
        on_daily_limit=request.on_daily_limit,
        kind=request.kind,
        created_by=principal.user_id,
        idempotency_key=idempotency_key,
        request_digest=request.digest() if idempotency_key else None,
    )
