"""Lists of campaigns, in each order. Each status is read from its own stretch of an index, where the server
knows how to put stretches together."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from campana.domain.campaigns import CampaignKind, CampaignStatus
from campana.domain.errors import InvalidInput
from campana.engine.ports import CampaignOrder, CampaignView, Page
from campana.stores.mongo.database import Document
from campana.stores.mongo.documents import key_of
from campana.stores.mongo.lane import EPOCH
from campana.stores.mongo.part import Part
from campana.stores.mongo.patterns import holding
from campana.stores.mongo.views import view_of

_MILLISECOND = timedelta(milliseconds=1)
# What a list is ordered by, before the id; and whether it falls or rises.
_KEYS = {
    CampaignOrder.NEWEST: ("createdAt", -1),
    CampaignOrder.SOONEST: ("scheduledAt", 1),
    CampaignOrder.LATEST: ("scheduledAt", -1),
    CampaignOrder.NAME: ("nameKey", 1),
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
        field, direction = _KEYS[order]
        query: dict[str, Any] = {
            "accountId": str(account_id),
            "opened": True,
            "kind": CampaignKind.BULK.value,
            "status": {"$in": sorted(set(statuses) or set(CampaignStatus))},
        }
        every: list[dict[str, Any]] = [{field: {"$exists": True}}]
        if q.strip():
            every.append({"nameKey": holding(key_of(q))})
        if cursor is not None:
            every.append(_behind(order, cursor))
        found = await self._database["campaigns"].find_all(
            query | {"$and": every}, order=[(field, direction), ("_id", direction)], limit=limit + 1
        )
        now = await self._database.now()
        items = tuple(view_of(one, now) for one in found[:limit])
        return Page(items, _cursor(order, found[limit - 1]) if len(found) > limit else None)

    async def campaigns_of_list(self, account_id: UUID, list_id: UUID, *, limit: int) -> list[CampaignView]:
        query = {
            "accountId": str(account_id),
            "recipientListId": str(list_id),
            "opened": True,
            "kind": CampaignKind.BULK.value,
        }
        newest = [("createdAt", -1), ("_id", -1)]
        found = await self._database["campaigns"].find_all(query, order=newest, limit=limit)
        now = await self._database.now()
        return [view_of(one, now) for one in found]


def _behind(order: CampaignOrder, cursor: str) -> dict[str, Any]:
    """Beyond that place of the order."""
    field, direction = _KEYS[order]
    value, identity = _decoded(order, cursor)
    beyond = "$gt" if direction == 1 else "$lt"
    return {"$or": [{field: {beyond: value}}, {field: value, "_id": {beyond: identity}}]}


def _cursor(order: CampaignOrder, last: Document) -> str:
    """Also names the order, as it would lead astray in another one."""
    value = last[_KEYS[order][0]]
    text = f"{(value - EPOCH) // _MILLISECOND:x}" if isinstance(value, datetime) else value.encode().hex()
    return f"{order}.{text}.{UUID(last['_id']).hex}"


def _decoded(order: CampaignOrder, cursor: str) -> tuple[Any, str]:
    try:
        named, text, identity = cursor.split(".")
        in_time = order is not CampaignOrder.NAME
        value = EPOCH + int(text, 16) * _MILLISECOND if in_time else bytes.fromhex(text).decode()
        if named == order:
            return value, str(UUID(hex=identity))
    except (ValueError, OverflowError):
        pass
    raise InvalidInput.of("cursor", "this is not a cursor of this list; use next_cursor of the page before")
