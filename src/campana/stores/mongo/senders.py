"""Senders. A sender's lane comes into being when it is first looked at."""

from collections.abc import Collection, Mapping
from uuid import UUID

from campana.domain.errors import Conflict, NotFound
from campana.domain.senders import Sender
from campana.engine.ports import Page, SenderName
from campana.stores.mongo.cursors import newest_page
from campana.stores.mongo.database import Document
from campana.stores.mongo.documents import document_of, field_of, key_of, thing_of
from campana.stores.mongo.failures import Duplicate
from campana.stores.mongo.part import Part

_FIXED = frozenset({"_id", "accountId", "createdAt"})


class Senders(Part):
    """See Catalog."""

    async def add_sender(self, sender: Sender) -> None:
        if await self._database["accounts"].find({"_id": str(sender.account_id)}, ["_id"]) is None:
            raise NotFound("There is no such account")
        try:
            await self._database["senders"].add(_document(sender))
        except Duplicate:
            raise _taken(sender) from None

    async def save_sender(self, sender: Sender) -> None:
        document = _document(sender)
        changed = {name: value for name, value in document.items() if name not in _FIXED}
        gone = {name: "" for name in map(field_of, Sender.__slots__) if name not in document}
        update = {"$set": changed} | ({"$unset": gone} if gone else {})
        senders = self._database["senders"]
        mine = _mine(sender.account_id, sender.id)
        if await senders.find(mine, ["_id"]) is None:
            raise NotFound("There is no such sender")
        # Asked beforehand as well: FerretDB does not say of an update that it was a duplicate.
        namesake = {name: document[name] for name in ("accountId", "nameKey")}
        if await senders.find(namesake | {"_id": {"$ne": document["_id"]}}, ["_id"]):
            raise _taken(sender)
        try:
            await senders.change(mine, update)
        except Duplicate:
            raise _taken(sender) from None

    async def sender(self, account_id: UUID, sender_id: UUID) -> Sender | None:
        found = await self._database["senders"].find(_mine(account_id, sender_id))
        return None if found is None else sender_of(found)

    async def senders(self, account_id: UUID, *, limit: int, cursor: str | None = None) -> Page[Sender]:
        mine = {"accountId": str(account_id)}
        return await newest_page(self._database["senders"], mine, sender_of, limit=limit, cursor=cursor)

    async def sender_names(self, ids: Collection[UUID]) -> Mapping[UUID, SenderName]:
        these = {"_id": {"$in": [str(one) for one in ids]}}
        found = await self._database["senders"].find_all(these, ["name", "accountId"])
        owners = {"_id": {"$in": sorted({one["accountId"] for one in found})}}
        accounts = await self._database["accounts"].find_all(owners, ["name"])
        name_of = {one["_id"]: one["name"] for one in accounts}
        return {
            UUID(one["_id"]): SenderName(one["name"], name_of[one["accountId"]], UUID(one["accountId"]))
            for one in found
        }


def sender_of(document: Document) -> Sender:
    """The sender in its document."""
    return thing_of(Sender, document)


def _document(sender: Sender) -> Document:
    return document_of(sender, name_key=key_of(sender.name))


def _mine(account_id: UUID, sender_id: UUID) -> Document:
    return {"_id": str(sender_id), "accountId": str(account_id)}


def _taken(sender: Sender) -> Conflict:
    return Conflict(f"There is a sender named {sender.name!r} already")
