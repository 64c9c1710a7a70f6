"""Lists of campaigns, in each order, from the first of a hundred thousand to the last in the same time.

Each status is read from its own stretch of an index, as far as the page needs; what the stretches give is put
together. So a rare status costs no scan, and neither does any order.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, literal, or_, select, union_all
from sqlalchemy.types import TypeEngine

from campana.domain.campaigns import CampaignKind, CampaignStatus
from campana.domain.errors import InvalidInput
from campana.engine.ports import CampaignOrder, CampaignView, Page
from campana.stores.sql.columns import Id, Moment, from_micros, to_micros
from campana.stores.sql.part import Part
from campana.stores.sql.rows import key_of
from campana.stores.sql.schema import campaigns
from campana.stores.sql.views import VIEWS, view_of


@dataclass(frozen=True, slots=True)
class _Key:
    """What a list is ordered by, before the id."""

    column: str
    type: TypeEngine[Any]
    falling: bool


_KEYS = {
    CampaignOrder.NEWEST: _Key("created_at", Moment(), True),
    CampaignOrder.SOONEST: _Key("scheduled_at", Moment(), False),
    CampaignOrder.LATEST: _Key("scheduled_at", Moment(), True),
    CampaignOrder.NAME: _Key("name_key", campaigns.c.name_key.type, False),
}


class Listing(Part):
    """See Catalog."""

    async def campaigns(
        self,
        account_id: UUID,
        *,
        limit: int,
        cursor: str | None = None,
        statuses: Collection[CampaignStatus] = (),
        q: str = "",
        order: CampaignOrder = CampaignOrder.NEWEST,
    ) -> Page[CampaignView]:
        key = _KEYS[order]
        behind = None if cursor is None else _decoded(key, order, cursor)
        stretches = [
            _stretch(account_id, status, key, behind, q).limit(limit + 1).subquery()
            for status in (sorted(set(statuses)) or CampaignStatus)
        ]
        rows = await self._database.rows(_page(stretches, key, limit + 1))
        next_cursor = _cursor(key, order, rows[limit - 1]) if len(rows) > limit else None
        return Page(tuple(view_of(row) for row in rows[:limit]), next_cursor)


def _stretch(
    account_id: UUID, status: CampaignStatus, key: _Key, behind: tuple[Any, UUID] | None, q: str
) -> Select[Any]:
    column = campaigns.c[key.column]
    query = select(campaigns.c.id, column.label("key")).where(
        campaigns.c.account_id == account_id,
        campaigns.c.status == status.value,
        campaigns.c.opened.is_(True),
        campaigns.c.kind == CampaignKind.BULK.value,
        column.is_not(None),
    )
    if q.strip():
        query = query.where(campaigns.c.name_key.contains(key_of(q), autoescape=True))
    if behind is not None:
        query = query.where(_behind(key, *behind))
    return query.order_by(*_order(column, campaigns.c.id, key))


def _behind(key: _Key, value: Any, identity: UUID) -> ColumnElement[bool]:
    """Beyond that place of the order; the first comparison is what an index begins at."""
    column, given, named = campaigns.c[key.column], literal(value, key.type), literal(identity, Id())
    if key.falling:
        return and_(column <= given, or_(column < given, campaigns.c.id < named))
    return and_(column >= given, or_(column > given, campaigns.c.id > named))


def _order(column: ColumnElement[Any], identity: ColumnElement[UUID], key: _Key) -> tuple[Any, ...]:
    return (column.desc(), identity.desc()) if key.falling else (column, identity)


def _page(stretches: Sequence[Subquery], key: _Key, limit: int) -> Select[Any]:
    found = union_all(*(select(one.c.id, one.c.key) for one in stretches)).subquery()
    first = select(found.c.id).order_by(*_order(found.c.key, found.c.id, key)).limit(limit).subquery()
    return VIEWS.where(campaigns.c.id.in_(select(first.c.id))).order_by(
        *_order(campaigns.c[key.column], campaigns.c.id, key)
    )


def _cursor(key: _Key, order: CampaignOrder, row: Row[Any]) -> str:
    """Also names the order, as it would lead astray in another one."""
    value = getattr(row, key.column)
    text = f"{to_micros(value):x}" if isinstance(value, datetime) else str(value).encode().hex()
    return f"{order}.{text}.{row.id.hex}"


def _decoded(key: _Key, order: CampaignOrder, cursor: str) -> tuple[Any, UUID]:
    try:
        named, text, identity = cursor.split(".")
        value = from_micros(int(text, 16)) if isinstance(key.type, Moment) else bytes.fromhex(text).decode()
        if named == order:
            return value, UUID(hex=identity)
    except (ValueError, OverflowError):
        pass
    raise InvalidInput.of("cursor", "this is not a cursor of this list; use next_cursor of the page before")
