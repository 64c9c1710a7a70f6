"""Messages of which too little was heard: accepted ones without a word since, and UNKNOWN ones that a
receipt may be about."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from campana.domain.messages import MessageStatus
from campana.engine.ports import MessageKey, Silent
from campana.stores.mongo.part import Part
from campana.stores.mongo.senders import sender_of


class Silence(Part):
    """See Ledger."""

    async def unknown_to(
        self, sender_id: UUID, phone: str, *, since: datetime, until: datetime
    ) -> Sequence[MessageKey]:
        campaigns = await self._database["campaigns"].find_all(
            {"senderId": str(sender_id), "counts.unknown": {"$gt": 0}}, ["recipientListId"]
        )
        lists = sorted({one["recipientListId"] for one in campaigns})
        people = await self._database["recipients"].find_all(
            {"listId": {"$in": lists}, "phone": phone}, ["listId", "row"]
        )
        row_of = {one["listId"]: one["row"] for one in people}
        unheard = {
            "status": MessageStatus.UNKNOWN.value,
            "providerMessageId": {"$exists": False},
            "settledAt": {"$gte": since, "$lte": until},
        }
        found: list[MessageKey] = []
        for campaign in campaigns:
            row = row_of.get(campaign["recipientListId"])
            this = {"campaignId": campaign["_id"], "row": row, **unheard}
            if row is not None and await self._database["messages"].find(this, ["_id"]):
                found.append(MessageKey(UUID(campaign["_id"]), row))
        return found

    async def silent(
        self, provider: str, *, now: datetime, since: datetime, until: datetime, limit: int
    ) -> Sequence[Silent]:
        found = await self._database["senders"].find_all({"provider": provider})
        senders = {one["_id"]: sender_of(one) for one in found}
        unheard = {
            "status": MessageStatus.SENT.value,
            "sentAt": {"$gte": since, "$lte": until},
            "providerMessageId": {"$exists": True},
            "senderId": {"$in": sorted(senders)},
            "$or": [{"restsUntil": {"$exists": False}}, {"restsUntil": {"$lte": now}}],
        }
        messages = self._database["messages"]
        return [
            Silent(
                MessageKey(UUID(one["campaignId"]), one["row"]),
                senders[one["senderId"]],
                one["providerMessageId"],
                one["sentAt"],
            )
            for one in await messages.find_all(unheard, order=[("sentAt", -1)], limit=limit)
        ]

    async def rest(self, key: MessageKey, until: datetime) -> None:
        this = {"campaignId": str(key.campaign_id), "row": key.row}
        await self._database["messages"].change(this, {"$set": {"restsUntil": until}})
