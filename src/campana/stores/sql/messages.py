"""Messages as reports show them, page by page in row order."""

import re
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, union_all

from campana.domain.messages import Message, MessageStatus
from campana.engine.ports import Page
from campana.stores.sql.cursors import row_cursor, write_row_cursor
from campana.stores.sql.part import Part
from campana.stores.sql.rows import message_of
from campana.stores.sql.schema import campaigns, messages, recipients

_NOT_DIGITS = re.compile(r"[\s()+.\-/]+")

_PAGE = (
    select(messages, recipients.c.phone, recipients.c.name, recipients.c.cells)
    .join(campaigns, campaigns.c.id == messages.c.campaign_id)
    .join(
        recipients,
        and_(recipients.c.list_id == campaigns.c.recipient_list_id, recipients.c.row == messages.c.row),
    )
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
        query = _PAGE.where(messages.c.campaign_id == campaign_id)
        after = row_cursor(cursor)
        if statuses and not q.strip():
            portion = _rows_with(campaign_id, statuses, after, limit + 1).subquery()
            query = query.where(messages.c.row.in_(select(portion.c.row)))
        else:
            query = query.where(messages.c.row > after, _status_in(statuses), _matches(q.strip()))
        query = query.order_by(messages.c.row).limit(limit + 1)
        rows = await self._database.rows(query)
        items = tuple(message_of(row) for row in rows[:limit])
        return Page(items, write_row_cursor(items[-1].row) if len(rows) > limit else None)


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


def _matches(q: str) -> ColumnElement[bool]:
    """Part of the phone's digits, or the beginning of a name in any case.

    SQLite and databases of the C locale fold only ASCII; the usual spellings of the beginning stand in for
    the rest.
    """
    if not q:
        return ~false()
    spellings = sorted({q, q.lower(), q.upper(), q.title()})
    named: ColumnElement[bool] = or_(
        *(recipients.c.name.istartswith(one, autoescape=True) for one in spellings)
    )
    digits = _NOT_DIGITS.sub("", q)
    if digits.isascii() and digits.isdigit():
        return or_(named, recipients.c.phone.contains(digits, autoescape=True))
    return named
