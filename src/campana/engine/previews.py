"""Messages as they would go out, for some recipients of a campaign that nobody has made yet. Keeps
nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from campana.domain.accounts import Principal
from campana.domain.campaigns import Header
from campana.domain.errors import FieldProblem, InvalidInput
from campana.domain.permissions import Action, permit
from campana.domain.recipients import Recipient
from campana.engine.drafting import Draft, Drafting
from campana.engine.optouts.forecast import NOBODY, Forecast, Forecasts
from campana.engine.ports import Store
from campana.engine.requests import CampaignRequest
from campana.engine.sending.dispatch import EmptyField, Script

MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class FilledIn:
    """One recipient's message with everything in its place; `empty` names a text that came out empty
    instead."""

    row: int
    phone: str = field(repr=False)
    name: str = field(repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    header: Header | None = field(default=None, repr=False)
    empty: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """Some of the `total` messages, whatever keeps the campaign from being made, and who would be skipped."""

    total: int
    messages: tuple[FilledIn, ...]
    problems: tuple[FieldProblem, ...]
    forecast: Forecast = NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which recipients: the rows named, or else the first `limit` ones behind `after_row`."""

    rows: Sequence[int] = ()
    after_row: int = 0
    limit: int = 5


class Previews:
    """Fills in without sending."""

    def __init__(self, store: Store, drafting: Drafting, forecasts: Forecasts) -> None:
        self._store = store
        self._drafting = drafting
        self._forecasts = forecasts

    async def preview(self, principal: Principal, request: CampaignRequest, selection: Selection) -> Preview:
        """The messages of the recipients selected, beside every problem there is. Raises InvalidInput for the
        selection only."""
        permit(principal, Action.READ)
        if not 1 <= selection.limit <= MOST_ROWS or len(selection.rows) > MOST_ROWS:
            raise InvalidInput.of("limit", f"must be 1 to {MOST_ROWS}; so many rows at once at most")
        draft = await self._drafting.check(principal, request)
        if draft.audience is None:
            return Preview(0, (), draft.problems)
        recipients = await self._selected(draft, selection) if draft.script else ()
        return Preview(
            total=draft.audience.list.valid,
            messages=tuple(filled_in(draft.script, each) for each in recipients if draft.script),
            problems=draft.problems,
            forecast=await self._forecasts.of(principal.account_id, draft.audience),
        )

    async def _selected(self, draft: Draft, selection: Selection) -> Sequence[Recipient]:
        audience = draft.audience
        if audience is None:
            return ()
        if not selection.rows:
            return await audience.read(self._store, after_row=selection.after_row, limit=selection.limit)
        return [
            each
            for row in dict.fromkeys(selection.rows)
            for each in await audience.read(self._store, after_row=row - 1, limit=1)
            if each.row == row
        ]


def filled_in(script: Script, recipient: Recipient) -> FilledIn:
    """The recipient's message as the lane would send it."""
    try:
        envelope = script.envelope(recipient)
    except EmptyField as empty:
        return FilledIn(recipient.row, recipient.phone, recipient.name, empty=str(empty))
    return FilledIn(
        recipient.row, recipient.phone, recipient.name, fields=envelope.fields, header=envelope.header
    )
