"""Receipts kept aside because no message is known by their id, or none yet."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pymongo import UpdateOne

from campana.domain.receipts import Receipt
from campana.engine.ports import Unmatched
from campana.stores.mongo.database import Database, Document
from campana.stores.mongo.documents import document_of, thing_of
from campana.stores.mongo.part import Part


class UnmatchedReceipts(Part):
    """See Inbox."""

    async def unmatched(self, now: datetime, *, limit: int) -> Sequence[Unmatched]:
        order = [("lookAt", 1), ("_id", 1)]
        return await self._unmatched({"lookAt": {"$lte": now}}, order, limit)

    async def unmatched_to(self, sender_id: UUID, phone: str) -> Sequence[Unmatched]:
        return await self._unmatched({"senderId": str(sender_id), "phone": phone}, [("_id", 1)], 0)

    async def drop_unmatched(self, ids: Collection[int]) -> None:
        if ids:
            await self._database["unmatchedReceipts"].remove({"_id": {"$in": sorted(ids)}})

    async def defer_unmatched(self, look_at: Sequence[tuple[int, datetime]]) -> None:
        changes = [UpdateOne({"_id": number}, {"$set": {"lookAt": moment}}) for number, moment in look_at]
        await self._database["unmatchedReceipts"].change_each(changes)

    async def _unmatched(
        self, query: Mapping[str, Any], order: Sequence[tuple[str, int]], limit: int
    ) -> list[Unmatched]:
        found = await self._database["unmatchedReceipts"].find_all(query, order=order, limit=limit)
        return [_unmatched_of(one) for one in found]


async def keep_aside(database: Database, receipts: Sequence[Unmatched]) -> None:
    """Add those that are not there yet."""
    numbers = await database.numbers("unmatchedReceipts", len(receipts)) if receipts else ()
    await database["unmatchedReceipts"].add_missing(
        [_document(number, one) for number, one in zip(numbers, receipts, strict=True)]
    )


def _document(number: int, one: Unmatched) -> Document:
    where = {"sender_id": one.sender_id, "received_at": one.received_at, "look_at": one.look_at}
    return document_of(one.receipt, id=number, **where)


def _unmatched_of(document: Document) -> Unmatched:
    return Unmatched(
        sender_id=UUID(document["senderId"]),
        receipt=thing_of(Receipt, document),
        received_at=document["receivedAt"],
        look_at=document["lookAt"],
        id=document["_id"],
    )
