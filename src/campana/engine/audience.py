"""Whom a campaign is for: a list that is there, or recipients given with the request itself.

Inline recipients are checked in memory, so that a preview leaves nothing behind; only a campaign keeps
them, as a list of its own that no overview shows.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from campana.domain.columns import Wanted, key
from campana.domain.errors import FieldProblem, InvalidInput
from campana.domain.masking import masked
from campana.domain.phones import Normaliser
from campana.domain.privacy import ERASED_REASON, ErasedNumbers
from campana.domain.recipients import Blanks, Recipient, RecipientList, RowProblem
from campana.domain.senders import Sender
from campana.domain.zones import ZoneTally
from campana.engine.ids import new_id
from campana.engine.ports import Store
from campana.engine.reading.inline import given_rows
from campana.engine.reading.limits import Limits
from campana.engine.reading.wire import End, Rows

PROBLEMS_SHOWN = 100
"""of inline recipients; ten thousand wrong numbers need not be told one by one"""
INLINE = Limits(rows=10_000, columns=200, cell=4096)


@dataclass(frozen=True, slots=True)
class Audience:
    """A list with its columns and numbers; `inline` are its recipients where they are not stored yet."""

    list: RecipientList
    inline: tuple[Recipient, ...] | None = field(default=None, repr=False)

    async def read(self, store: Store, *, after_row: int, limit: int) -> Sequence[Recipient]:
        """Recipients in row order, behind a row."""
        if self.inline is None:
            return await store.recipients(self.list.id, after_row=after_row, limit=limit)
        return [recipient for recipient in self.inline if recipient.row > after_row][:limit]

    async def keep(self, store: Store) -> RecipientList:
        """Store inline recipients; a list that is there already stays as it is."""
        if self.inline is None:
            return self.list
        await store.open_list(self.list)
        await store.add_recipients(self.list.id, self.inline, ())
        return await store.close_list(self.list)


@dataclass(frozen=True, slots=True)
class Reading:
    """Inline recipients after checking, with what was wrong with them."""

    audience: Audience | None
    problems: tuple[FieldProblem, ...]


async def read_inline(
    given: Sequence[Mapping[str, str]],
    *,
    sender: Sender,
    created_by: UUID,
    at: datetime,
    erased: ErasedNumbers,
) -> Reading:
    """The recipients as an audience of the sender's account; national numbers are of the sender's country.

    The rules are those for files, but for one: a row that cannot be used is a problem of the request.
    Nobody may be left out without the caller knowing. The first of each number counts.
    """
    # Building it takes some ten milliseconds, which belong to others.
    country = await asyncio.to_thread(Normaliser, sender.country)
    try:
        columns, parts = await given_rows(given, _wanted(given), country, INLINE)
        recipients, invalid, blanks = await _gathered(parts)
    except InvalidInput as refusal:
        return Reading(None, refusal.problems)
    invalid += [_gone(each, columns.phone_column) for each in recipients if erased.when(each.phone)]
    if invalid:
        return Reading(None, tuple(map(_told, invalid[:PROBLEMS_SHOWN])))
    found = RecipientList(
        id=new_id(),
        account_id=sender.account_id,
        filename="given with the campaign",
        columns=columns.names,
        phone_column=columns.phone_column,
        name_column=columns.name_column,
        country=sender.country,
        total=len(given),
        valid=len(recipients),
        invalid=0,
        duplicates=len(given) - len(recipients),
        suppressed=0,
        blanks=blanks,
        zones=_zones(recipients),
        created_at=at,
        created_by=created_by,
        listed=False,
    )
    return Reading(Audience(found, tuple(recipients)), ())


def _wanted(given: Sequence[Mapping[str, str]]) -> Wanted:
    """`phone` and `name` mean what they say; only without them are other names looked at."""
    names = {key(name) for each in given for name in each}
    return Wanted(*(name if name in names else None for name in ("phone", "name")))


async def _gathered(
    parts: AsyncGenerator[Rows | End, None],
) -> tuple[list[Recipient], list[RowProblem], Mapping[str, Blanks]]:
    recipients: list[Recipient] = []
    invalid: list[RowProblem] = []
    blanks: Mapping[str, Blanks] = {}
    async with aclosing(parts):
        async for part in parts:
            if isinstance(part, End):
                blanks = part.blanks
            else:
                recipients += part.recipients
                invalid += part.invalid
    return recipients, invalid, blanks


def _zones(recipients: Sequence[Recipient]) -> Mapping[str, int]:
    tally = ZoneTally()
    tally.add(recipient.phone for recipient in recipients)
    return tally.zones()


def _gone(recipient: Recipient, column: str) -> RowProblem:
    return RowProblem(recipient.row, column, masked(recipient.phone), ERASED_REASON)


def _told(problem: RowProblem) -> FieldProblem:
    path = f"recipients.{problem.row - 1}.{problem.column}"
    return FieldProblem(path.rstrip("."), problem.reason)
