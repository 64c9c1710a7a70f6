"""One test message to one number: a campaign of a single message that no list shows, on the same way as all
others."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog

from campana.domain.accounts import Principal
from campana.domain.audit import AuditAction, subject_of
from campana.domain.campaigns import CampaignKind, CampaignStatus, Header, OnDailyLimit, Template
from campana.domain.errors import Conflict, FieldProblem, InvalidInput
from campana.domain.masking import masked
from campana.domain.messages import FINAL, Message, MessageStatus
from campana.domain.permissions import Action, permit
from campana.engine.audit import Audit
from campana.engine.campaigns import Campaigns
from campana.engine.control import Control
from campana.engine.drafting import Draft, Drafting
from campana.engine.ports import CampaignView, Clock, Store
from campana.engine.previews import FilledIn, filled_in
from campana.engine.requests import CampaignRequest

log = structlog.get_logger(__name__)

WAIT_S = 30.0
LOOK_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRequest:
    """What to send, and to whom. Values for the texts come from `values`, and before that from the list's
    first recipient where a list is named."""

    sender_id: UUID
    template: Template
    phone: str = field(repr=False)
    name: str | None = field(default=None, repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    header: Header | None = field(default=None, repr=False)
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    recipient_list_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of the test message. `error` is (code, reason) where it did not go out."""

    campaign_id: UUID
    status: MessageStatus
    provider_message_id: str | None
    error: tuple[str, str] | None
    message: FilledIn | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bench:
    """The services a test message goes through."""

    drafting: Drafting
    campaigns: Campaigns
    control: Control


class Trials:
    """Sends a test message and waits for what becomes of it."""

    def __init__(
        self, store: Store, bench: Bench, audit: Audit, *, clock: Clock, wait_s: float = WAIT_S
    ) -> None:
        self._store = store
        self._audit = audit
        self._bench = bench
        self._clock = clock
        self._wait_s = wait_s

    async def send(self, principal: Principal, request: TrialRequest) -> Trial:
        """Send it now and return when its outcome is known; what has not left after 30 s is withdrawn.

        Raises InvalidInput with every problem.
        """
        permit(principal, Action.CAMPAIGN)
        asked = await self._as_campaign(principal, request)
        draft = await self._bench.drafting.check(principal, asked)
        if draft.problems:
            raise InvalidInput(map(_in_callers_words, draft.problems), title="The test message has problems")
        view = await self._bench.campaigns.begin(principal, asked, draft)
        await self._audit.note(
            principal,
            AuditAction.CAMPAIGN_TESTED,
            subject_of(view.campaign),
            {"phone": masked(request.phone), "sender": str(request.sender_id)},
        )
        view, message = await self._outcome(view)
        if message.status is MessageStatus.PENDING:
            message = await self._withdraw(principal, view)
        log.info("campaign.tested", campaign=str(view.campaign.id), status=message.status.value)
        return _trial(view, message, draft)

    async def _as_campaign(self, principal: Principal, request: TrialRequest) -> CampaignRequest:
        values: dict[str, str] = {}
        name = request.name
        if request.recipient_list_id is not None:
            found = await self._store.recipient_list(principal.account_id, request.recipient_list_id)
            if found is None:
                raise InvalidInput.of("recipient_list_id", "there is no such recipient list")
            for first in await self._store.recipients(found.id, limit=1):
                values |= zip(found.columns, first.values, strict=True)
                name = name if name is not None else first.name
        person = {**values, **request.values, "phone": request.phone}
        if name is not None:
            person["name"] = name
        return CampaignRequest(
            name=f"Test of {request.template.name}"[:120],
            sender_id=request.sender_id,
            template=request.template,
            fields=request.fields,
            header=request.header,
            recipients=[person],
            scheduled_at="now",
            on_daily_limit=OnDailyLimit.FAIL,
            kind=CampaignKind.TEST,
        )

    async def _outcome(self, view: CampaignView) -> tuple[CampaignView, Message]:
        """The campaign and its message when something final is known of one of them, or the time is over."""
        until = self._clock.monotonic() + self._wait_s
        while True:
            message = await self._message(view)
            stopped = view.campaign.status not in (CampaignStatus.SCHEDULED, CampaignStatus.PROCESSING)
            if message.status in FINAL or stopped or self._clock.monotonic() > until:
                return view, message
            await self._clock.sleep(LOOK_S)
            views = await self._store.progress([view.campaign.id])
            view = views.get(view.campaign.id, view)

    async def _message(self, view: CampaignView) -> Message:
        page = await self._store.messages(view.campaign.id, limit=1)
        return page.items[0]

    async def _withdraw(self, principal: Principal, view: CampaignView) -> Message:
        """Nobody expects a test message later: take back what has not left."""
        try:
            await self._bench.control.cancel(principal, view.campaign.id)
        except Conflict:
            log.debug("campaign.ended", campaign=str(view.campaign.id))
        return await self._message(view)


def _trial(view: CampaignView, message: Message, draft: Draft) -> Trial:
    error = None
    status = message.status
    if view.campaign.error and status in (MessageStatus.SKIPPED, MessageStatus.PENDING, MessageStatus.FAILED):
        # The campaign stopped before, or because of, its only message: its reason says more than "cancelled".
        status = MessageStatus.FAILED
        error = (message.error_code or "not_sent", view.campaign.error)
    elif status is MessageStatus.SKIPPED and message.error_code == "cancelled":
        error = (
            "not_sent_in_time",
            "it could not leave in time and was withdrawn; the provider is slow or busy",
        )
    elif message.error_code or message.error_reason:
        error = (message.error_code or "", message.error_reason or "")
    inline = draft.audience.inline if draft.audience else None
    filled = filled_in(draft.script, inline[0]) if draft.script and inline else None
    return Trial(view.campaign.id, status, message.provider_message_id, error, filled)


def _in_callers_words(problem: FieldProblem) -> FieldProblem:
    """A test names one person; the problems of an inline recipient are told by the fields the caller used."""
    _, row, column = problem.field.partition("recipients.0")
    if not row:
        return problem
    column = column.removeprefix(".")
    path = column if column in ("phone", "name") else f"values.{column}".rstrip(".")
    return replace(problem, field=path)
