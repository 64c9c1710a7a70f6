"""Recipient lists as their owners see them. What is in them: see recipients.

A list is OPEN while it is filled, then CLOSED. One that shall go is LEAVING until it is clear that no
campaign uses it, then GONE: out of sight for good, and on its way out.
"""

from dataclasses import replace
from enum import StrEnum
from uuid import UUID

from campana.domain.errors import Conflict, NotFound
from campana.domain.recipients import RecipientList
from campana.engine.ports import Page
from campana.stores.mongo.cursors import newest_page
from campana.stores.mongo.database import Database, Document
from campana.stores.mongo.documents import document_of, thing_of, update_of
from campana.stores.mongo.failures import Duplicate
from campana.stores.mongo.part import Part

_COUNTED_AT_ONCE = 1000


IN_LISTS = ("recipients", "rowProblems", "recipientSearch")
"""Collections of what is in lists; the last one tells whether emptying one came to its end."""


class State(StrEnum):
    """Where a list stands."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    LEAVING = "LEAVING"
    GONE = "GONE"


class Lists(Part):
    """See Catalog."""

    async def open_list(self, recipients: RecipientList) -> None:
        """Raises NotFound when there is no such account, Conflict when there is such a list."""
        if await self._database["accounts"].find({"_id": str(recipients.account_id)}, ["_id"]) is None:
            raise NotFound("There is no such account")
        try:
            await self._database["recipientLists"].add(document_of(recipients, state=State.OPEN))
        except Duplicate:
            raise Conflict("The list exists already") from None

    async def close_list(self, recipients: RecipientList) -> RecipientList:
        """Raises NotFound when the list was dropped meanwhile or is closed already."""
        done = replace(recipients, suppressed=await self._count_suppressed(recipients))
        known = {name: getattr(done, name) for name in RecipientList.__slots__ if name != "id"}
        mine = {"_id": str(done.id), "accountId": str(done.account_id), "state": State.OPEN.value}
        update = update_of(known | {"state": State.CLOSED})
        if not await self._database["recipientLists"].change(mine, update):
            raise NotFound("There is no such list in the making")
        return done

    async def drop_list(self, account_id: UUID, list_id: UUID) -> None:
        """Takes it out of sight, then looks for campaigns: whoever adds one looks at the list after that."""
        mine = {"_id": str(list_id), "accountId": str(account_id)}
        leaves = {"state": {"$in": [State.OPEN.value, State.CLOSED.value]}}
        leaving = {"$set": {"state": State.LEAVING.value}}
        found = await self._database["recipientLists"].find(mine | leaves, ["state"])
        if found is None or not await self._database["recipientLists"].change(mine | leaves, leaving):
            raise NotFound("There is no such list")
        if user := await let_go(self._database, list_id):
            raise Conflict(f"The list is used by the campaign {user!r}; it stays with it")

    async def recipient_list(self, account_id: UUID, list_id: UUID) -> RecipientList | None:
        mine = {"_id": str(list_id), "accountId": str(account_id), "state": State.CLOSED.value}
        found = await self._database["recipientLists"].find(mine)
        return None if found is None else list_of(found)

    async def recipient_lists(
        self, account_id: UUID, *, limit: int, cursor: str | None = None
    ) -> Page[RecipientList]:
        visible = {"accountId": str(account_id), "state": State.CLOSED.value, "listed": True}
        lists = self._database["recipientLists"]
        return await newest_page(lists, visible, list_of, limit=limit, cursor=cursor)

    async def _count_suppressed(self, closing: RecipientList) -> int:
        """Usually an account has fewer suppressions than a list has people."""
        recipients, suppressions = self._database["recipients"], self._database["suppressions"]
        count, last = 0, ""
        while True:
            behind = {"accountId": str(closing.account_id), "phone": {"$gt": last}}
            some = await suppressions.find_all(
                behind, ["phone"], order=[("phone", 1)], limit=_COUNTED_AT_ONCE
            )
            if not some:
                return count
            phones = [one["phone"] for one in some]
            count += await recipients.count({"listId": str(closing.id), "phone": {"$in": phones}})
            last = phones[-1]


def list_of(document: Document) -> RecipientList:
    """The list in its document."""
    return thing_of(RecipientList, document)


async def let_go(database: Database, list_id: UUID) -> str | None:
    """Remove a LEAVING list with all that is in it, or bring it back if a campaign uses it: then its name.

    Safe to repeat, by anybody: the step to GONE is the decision, and only a list that is GONE is emptied.
    """
    leaving = {"_id": str(list_id), "state": State.LEAVING.value}
    user = await database["campaigns"].find({"recipientListId": str(list_id)}, ["name"])
    if user is not None:
        await database["recipientLists"].change(leaving, {"$set": {"state": State.CLOSED.value}})
        return str(user["name"])
    await database["recipientLists"].change(leaving, {"$set": {"state": State.GONE.value}})
    await empty_out(database, list_id)
    return None


async def empty_out(database: Database, list_id: UUID) -> None:
    """Remove a list that is GONE, with all that is in it. Safe to repeat."""
    gone = {"_id": str(list_id), "state": State.GONE.value}
    if await database["recipientLists"].find(gone, ["_id"]) is None:
        return
    for name in IN_LISTS:
        await database[name].remove({"listId": str(list_id)})
    await database["recipientLists"].remove(gone)
