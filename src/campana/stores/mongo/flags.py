"""Marks that are to be set, or taken away, at the provider: a queue in which each number stands once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from campana.engine.ports import Flag
from campana.stores.mongo.database import Document
from campana.stores.mongo.documents import thing_of
from campana.stores.mongo.part import Part


class Flags(Part):
    """See OptOuts. They are queued by the account's journal."""

    async def due_flags(self, now: datetime, *, limit: int) -> Sequence[Flag]:
        due = {"notBefore": {"$lte": now}}
        found = await self._database["flags"].find_all(due, order=[("notBefore", 1)], limit=limit)
        return [thing_of(Flag, one) for one in found]

    async def settle_flag(self, flag: Flag, *, retry_at: datetime | None = None) -> bool:
        this = {"_id": _id(flag.account_id, flag.phone), "revision": flag.revision}
        if retry_at is None:
            return await self._database["flags"].remove(this) == 1
        later = {"$set": {"notBefore": retry_at}, "$inc": {"attempts": 1}}
        return await self._database["flags"].change(this, later)


def wishes(account_id: UUID, phones: Collection[str], *, opted_out: bool, at: datetime) -> list[Document]:
    """For each number what is to be queued."""
    return [
        {
            "_id": _id(account_id, phone),
            "accountId": str(account_id),
            "phone": phone,
            "optedOut": opted_out,
            "notBefore": at,
            "attempts": 0,
        }
        for phone in phones
    ]


def _id(account_id: UUID, phone: str) -> str:
    return f"{account_id}{phone}"
