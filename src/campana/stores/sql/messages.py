"""Messages as reports show them, page by page in row order."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, false, select, union_all

from campana.domain.messages import Message, MessageStatus
from campana.engine.ports import Page
from campana.stores.sql.cursors import row_cursor, write_row_cursor
from campana.stores.sql.part import Part
from campana.stores.sql.rows import message_of
from campana.stores.sql.schema import campaigns, messages, recipients
from campana.stores.sql.search import Search, matching_rows
from campana.stores.sql.transactions import Transaction

_ROWS_AT_ONCE = 500

_COLUMNS = (
    *(messages.c.row, recipients.c.phone, recipients.c.name, messages.c.status, messages.c.attempts),
    *(messages.c.provider_message_id, messages.c.code, messages.c.reason),
    *(messages.c.sent_at, messages.c.delivered_at, messages.c.read_at, recipients.c.cells),
)
_OF = select(campaigns.c.recipient_list_id).where(campaigns.c.id == bindparam("campaign"))
_PAGE = (
    select(*_COLUMNS)
    .join(campaigns, campaigns.c.id == messages.c.campaign_id)
    .join(
        recipients,
        and_(recipients.c.list_id == campaigns.c.recipient_list_id, recipients.c.row == messages.c.row),
    )
    .where(messages.c.campaign_id == bindparam("campaign"))
    .order_by(messages.c.row)
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
        if q.strip():
            rows = await self._database.read(partial(_find, look, Search.of(q)))
        else:
            rows = await self._database.rows(_next(look), {"campaign": campaign_id})
        items = tuple(message_of(campaign_id, row) for row in rows[:limit])
        return Page(items, write_row_cursor(items[-1].row) if len(rows) > limit else None)


@dataclass(frozen=True, slots=True)
class _Look:
    """Up to `limit` of a campaign's messages behind a row, in these states, in any when none is named."""

    campaign_id: UUID
    after: int
    statuses: frozenset[MessageStatus]
    limit: int


def _next(look: _Look) -> Select[Any]:
    if not look.statuses:
        return _PAGE.where(messages.c.row > look.after).limit(look.limit)
    portion = _rows_with(look.campaign_id, look.statuses, look.after, look.limit).subquery()
    return _PAGE.where(messages.c.row.in_(select(portion.c.row)))


async def _find(look: _Look, search: Search, tx: Transaction) -> list[Row[Any]]:
    """Those that match, taking more texts at a time the fewer there are."""
    campaign = {"campaign": look.campaign_id}
    list_id = (await tx.execute(_OF, campaign)).scalar_one_or_none()
    if list_id is None:
        return []
    found: list[Row[Any]] = []
    after: int | None = look.after
    texts = 1
    while after is not None and len(found) < look.limit:
        rows, after = await matching_rows(tx, list_id, search, after=after, texts=texts)
        texts *= 2
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            if len(found) >= look.limit:
                break
            some = _PAGE.where(
                messages.c.row.in_(rows[start : start + _ROWS_AT_ONCE]), _status_in(look.statuses)
            )
            found += (await tx.execute(some.limit(look.limit - len(found)), campaign)).all()
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
