"""People's data that go as a whole: the people of a list, and what is older than the account keeps it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pymongo import UpdateOne

from campana.domain.campaigns import OVER
from campana.domain.errors import Conflict
from campana.domain.masking import mask_phones
from campana.domain.messages import MessageStatus
from campana.engine.ports import PastList
from campana.stores.mongo.books import held_of
from campana.stores.mongo.database import Database, Document, Query
from campana.stores.mongo.documents import update_of
from campana.stores.mongo.erasing import NAMELESS, campaigns_of
from campana.stores.mongo.lists import IN_LISTS, State
from campana.stores.mongo.part import Part

_PORTION = 2000
_OVER = [status.value for status in OVER]


class Forgetting(Part):
    """See Privacy."""

    async def retentions(self) -> Mapping[UUID, int]:
        limited = {"preferences.retentionDays": {"$exists": True}}
        found = await self._database["accounts"].find_all(limited, ["preferences"])
        return {UUID(one["_id"]): one["preferences"]["retentionDays"] for one in found}

    async def past_lists(self, account_id: UUID, before: datetime, *, limit: int) -> Sequence[PastList]:
        mine = {"accountId": str(account_id)}
        not_over = [{"status": {"$nin": _OVER}}, {"opened": False}, {"completedAt": {"$gte": before}}]
        busy = set(await self._database["campaigns"].distinct("recipientListId", {**mine, "$or": not_over}))
        old = mine | {"state": State.CLOSED.value, "createdAt": {"$lt": before}}
        found = await self._database["recipientLists"].find_all(
            old | {"removedAt": {"$exists": False}}, ["_id"], order=[("createdAt", 1)]
        )
        past = [one["_id"] for one in found if one["_id"] not in busy]
        return [PastList(account_id, UUID(one)) for one in past[:limit]]

    async def remove_people(
        self, account_id: UUID, list_id: UUID, *, at: datetime, listed: bool = True
    ) -> bool:
        """Marks the list, then looks at its campaigns: whoever adds one, or puts messages of one back, looks
        at the list after that."""
        lists = self._database["recipientLists"]
        mine = {"_id": str(list_id), "accountId": str(account_id), "state": State.CLOSED.value}
        found = await lists.find(mine)
        if found is None:
            return False
        marked_at = found.get("removedAt", at)
        await lists.change(mine, {"$set": {"removedAt": marked_at}})
        name = await self._not_over(str(list_id))
        if name is not None:
            if "removedAt" not in found:
                await lists.change(mine, {"$unset": {"removedAt": ""}})
            raise Conflict(f"The list is used by the campaign {name!r}, which is not over; it stays with it")
        if not listed:
            await lists.change(mine, {"$set": {"listed": False}})
        await self._take_names(str(list_id))
        for collection in IN_LISTS:
            await self._database[collection].remove({"listId": str(list_id)})
        return True

    async def half_removed_lists(self) -> Sequence[PastList]:
        removed = {"removedAt": {"$exists": True}}
        found = await self._database["recipientLists"].find_all(removed, ["accountId"])
        return [
            PastList(UUID(one["accountId"]), UUID(one["_id"]))
            for one in found
            if await self._holds_people(one["_id"])
        ]

    async def forget_replies(self, account_id: UUID, before: datetime) -> int:
        return await blank_replies(self._database, {"accountId": str(account_id), "at": {"$lt": before}})

    async def forget_unmatched(self, account_id: UUID, before: datetime) -> int:
        senders = await self._database["senders"].find_all({"accountId": str(account_id)}, ["_id"])
        mine = {"senderId": {"$in": [one["_id"] for one in senders]}}
        return await self._database["unmatchedReceipts"].remove(mine | {"receivedAt": {"$lt": before}})

    async def list_is_used(self, list_id: UUID) -> bool:
        used = {"recipientListId": str(list_id)}
        return await self._database["campaigns"].find(used, ["_id"]) is not None

    async def _holds_people(self, list_id: str) -> bool:
        found = [await self._database[name].find({"listId": list_id}, ["_id"]) for name in IN_LISTS]
        return any(one is not None for one in found)

    async def _not_over(self, list_id: str) -> str | None:
        """The name of a campaign that is not."""
        await self._journal.catch_up()
        for campaign in await campaigns_of(self._database, list_id):
            if campaign["status"] not in _OVER or held_of(campaign).counts.open:
                return str(campaign["name"])
        return None

    async def _take_names(self, list_id: str) -> None:
        """From all messages to the list's people the provider's ids, and numbers in the reasons; and the
        replies to them. In portions, so that no write takes long."""
        for campaign in await campaigns_of(self._database, list_id):
            mine = {"campaignId": campaign["_id"], "status": {"$ne": MessageStatus.SENDING.value}}
            named = [{"providerMessageId": {"$exists": True}}, {"fence": {"$exists": True}}]
            await self._blank_messages({**mine, "$or": named})
            await self._mask_reasons(campaign["_id"])
            await blank_replies(self._database, {"campaignId": campaign["_id"]})

    async def _blank_messages(self, named: Query) -> None:
        messages = self._database["messages"]
        while found := await messages.find_all(named, ["_id"], limit=_PORTION):
            await messages.change_all({"_id": {"$in": [one["_id"] for one in found]}}, update_of(NAMELESS))

    async def _mask_reasons(self, campaign_id: str) -> None:
        messages, after = self._database["messages"], 0
        explained: dict[str, Any] = {"campaignId": campaign_id, "reason": {"$exists": True}}
        while found := await messages.find_all(
            explained | {"row": {"$gt": after}}, ["row", "reason"], order=[("row", 1)], limit=_PORTION
        ):
            after = found[-1]["row"]
            await messages.change_each([UpdateOne(*one) for one in map(_masked, found)])


def _masked(message: Document) -> tuple[Document, Document]:
    return {"_id": message["_id"]}, {"$set": {"reason": mask_phones(message["reason"])}}


async def blank_replies(database: Database, which: Mapping[str, Any]) -> int:
    """Leave of them that they came, and what they wished; the provider's id of a reply holds the number."""
    blanked = 0
    while found := await database["replies"].find_all(
        {"$and": [dict(which), {"phone": {"$ne": ""}}]}, ["_id"], limit=_PORTION
    ):
        await database["replies"].change_each(
            [UpdateOne({"_id": one["_id"]}, _nobodys(one)) for one in found]
        )
        blanked += len(found)
    return blanked


def _nobodys(reply: Document) -> Document:
    blank = dict.fromkeys(("phone", "name", "text"), "")
    return {"$set": blank | {"providerMessageId": f"removed {reply['_id']}"}}
