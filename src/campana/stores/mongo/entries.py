"""Entries: changes of several documents, written down whole in one before any of them is made.

A document that has entries (a sender's lane, an account) is looked at, something is decided, and what was
decided is written into it if nobody was faster: that is the commit. Then it is carried out, then taken out.
Whoever finds an entry carries it out first; it does not matter how often that is done, nor by whom, nor how
late (docs/mongodb.md, The journal).
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from campana.stores.mongo.database import Collection, Document, Query

Fields = Mapping[str, Mapping[str, Any]]
"""An update in the database's words, of everything but `seq` and `entry`."""

LOOK = {"$currentDate": {"lookedAt": True}}


class Entries:
    """The entries in the documents of one collection; `carry_out` gets an entry's number and the entry."""

    def __init__(self, collection: Collection, carry_out: Callable[[int, Document], Awaitable[None]]) -> None:
        self._collection = collection
        self._carry_out = carry_out

    async def look(self, identity: str, *, timed: bool = False) -> Document | None:
        """The document with nothing left to carry out; where it is `timed`, with the database's time."""
        me = {"_id": identity}
        while True:
            document = await (self._collection.changed(me, LOOK) if timed else self._collection.find(me))
            if document is None or "entry" not in document:
                return document
            await self.finish(document)

    async def commit(self, seen: Document, entry: Document | None, fields: Fields) -> bool:
        """Write the entry and the document's own changes, if nothing was written since it was seen, and carry
        it out; whether it was."""
        seq = seen["seq"] + 1
        update = {operator: dict(values) for operator, values in fields.items()}
        update.setdefault("$set", {})["seq"] = seq
        if entry is not None:
            update["$set"]["entry"] = entry | {"seq": seq}
        document = await self._collection.changed({"_id": seen["_id"], "seq": seen["seq"]}, update)
        if document is None:
            return False
        if entry is not None:
            await self.finish(document)
        return True

    async def finish(self, document: Document) -> None:
        """Carry out the document's entry and take it out."""
        entry = document["entry"]
        await self._carry_out(entry["seq"], entry)
        done = {"_id": document["_id"], "entry.seq": entry["seq"]}
        await self._collection.change(done, {"$unset": {"entry": ""}})

    async def catch_up(self, where: Query | None = None) -> None:
        """Carry out whatever anybody left behind, in documents that fit."""
        for document in await self._collection.find_all({**(where or {}), "entry": {"$exists": True}}):
            await self.finish(document)
