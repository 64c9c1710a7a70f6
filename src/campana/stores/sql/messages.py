"""Messages as reports show them, page by page in row order."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, false, select, union_all

from campana.domain.messages import Message, MessageStatus
from campana.engine.ports import Page
from campana.stores.packing import Search
from campana.stores.sql.columns import Numbers, among
from campana.stores.sql.cursors import row_cursor, write_row_cursor
from campana.stores.sql.part import Part
from campana.stores.sql.rows import message_of
from campana.stores.sql.schema import campaigns, messages, recipients
from campana.stores.sql.search import matching_rows
from campana.stores.sql.transactions import Transaction

_LIST = select(campaigns.c.recipient_list_id).where(campaigns.c.id == bindparam("campaign"))
_MESSAGES = (
    select(
        *(messages.c.row, messages.c.status, messages.c.attempts, messages.c.provider_message_id),
        *(
            messages.c.code,
            messages.c.reason,
            messages.c.sent_at,
            messages.c.delivered_at,
            messages.c.read_at,
            messages.c.inferred,
        ),
    )
    .where(messages.c.campaign_id == bindparam("campaign"))
    .order_by(messages.c.row)
)
_THESE = _MESSAGES.where(
    among(messages.c.row, bindparam("rows", type_=Numbers())),
    messages.c.row.between(bindparam("first"), bindparam("last")),  # where a scan in order begins and ends
)
# Looked up for the messages found, not joined: a planner that does not know the tables yet cannot go astray.
_PEOPLE = select(recipients.c.row, recipients.c.phone, recipients.c.name, recipients.c.cells).where(
    recipients.c.list_id == bindparam("list"), among(recipients.c.row, bindparam("rows", type_=Numbers()))
)


class Messages(Part):
    """See Catalog."""

    async def messages(
        self,
        campaign_id: UUID,
        *,
        limit: int,
        cursor: str | None = None,
        statuses: Collection[MessageStatus] = (),
        q: str = "",
    ) -> Page[Message]:
        look = _Look(campaign_id, row_cursor(cursor), frozenset(statuses), limit + 1)
        search = Search.of(q) if q.strip() else None
        found = await self._database.read(partial(_look_up, look, search))
        items = tuple(found[:limit])
        return Page(items, write_row_cursor(items[-1].row) if len(found) > limit else None)

    async def messages_in(self, campaign_id: UUID, rows: Collection[int]) -> Mapping[int, Message]:
        found = await self._database.read(partial(_look_at, campaign_id, sorted(rows)))
        return {message.row: message for message in found}


@dataclass(frozen=True, slots=True)
class _Look:
    """Up to `limit` of a campaign's messages behind a row, in these states, in any when none is named."""

    campaign_id: UUID
    after: int
    statuses: frozenset[MessageStatus]
    limit: int


async def _look_up(look: _Look, search: Search | None, tx: Transaction) -> list[Message]:
    campaign = {"campaign": look.campaign_id}
    list_id = (await tx.execute(_LIST, campaign)).scalar_one_or_none()
    if list_id is None:
        return []
    if search is None:
        found = list((await tx.execute(_next(look), campaign)).all())
    else:
        found = await _find(look, search, list_id, tx)
    return await _with_people(look.campaign_id, list_id, found, tx)


async def _look_at(campaign_id: UUID, rows: Sequence[int], tx: Transaction) -> list[Message]:
    list_id = (await tx.execute(_LIST, {"campaign": campaign_id})).scalar_one_or_none()
    if list_id is None or not rows:
        return []
    these = {"campaign": campaign_id, "rows": rows, "first": rows[0], "last": rows[-1]}
    found = (await tx.execute(_THESE, these)).all()
    return await _with_people(campaign_id, list_id, found, tx)


async def _with_people(
    campaign_id: UUID, list_id: UUID, found: Sequence[Row[Any]], tx: Transaction
) -> list[Message]:
    rows = [row.row for row in found]
    people = {person.row: person for person in await tx.execute(_PEOPLE, {"list": list_id, "rows": rows})}
    return [message_of(campaign_id, row, people.get(row.row)) for row in found]


def _next(look: _Look) -> Select[Any]:
    if not look.statuses:
        return _MESSAGES.where(messages.c.row > look.after).limit(look.limit)
    portion = _rows_with(look.campaign_id, look.statuses, look.after, look.limit).subquery()
    return _MESSAGES.where(messages.c.row.in_(select(portion.c.row)))


async def _find(look: _Look, search: Search, list_id: UUID, tx: Transaction) -> list[Row[Any]]:
    these = _THESE.where(_status_in(look.statuses)).limit(look.limit)
    found: list[Row[Any]] = []
    async with aclosing(matching_rows(tx, list_id, search, look.after)) as stretches:
        async for rows in stretches:
            values = {"campaign": look.campaign_id, "rows": rows, "first": rows[0], "last": rows[-1]}
            found += (await tx.execute(these, values)).all()
            if len(found) >= look.limit:
                return found[: look.limit]
    return found


def _rows_with(campaign_id: UUID, statuses: Collection[MessageStatus], after: int, limit: int) -> Any:
    """The next rows in these states, each state read from its own stretch of the index: a rare one costs no
    scan."""
    stretches = [
        select(messages.c.row)
        .where(
            messages.c.campaign_id == campaign_id, messages.c.status == status.value, messages.c.row > after
        )
        .order_by(messages.c.row)
        .limit(limit)
        .subquery()
        for status in sorted(set(statuses))
    ]
    return union_all(*(select(stretch.c.row) for stretch in stretches)).order_by("row").limit(limit)


def _status_in(statuses: Collection[MessageStatus]) -> ColumnElement[bool]:
    return messages.c.status.in_(sorted(set(statuses))) if statuses else ~false()
