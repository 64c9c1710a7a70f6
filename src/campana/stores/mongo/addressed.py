"""Messages by whom they went to: what a person got lately, and which message somebody speaks of."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from campana.domain.campaigns import CampaignKind
from campana.domain.messages import MessageStatus
from campana.engine.ports import Addressed, Cap
from campana.stores.digests import provider_key
from campana.stores.mongo.changes import message_id
from campana.stores.mongo.database import Database, Document
from campana.stores.mongo.part import Part

_COUNTED = sorted(
    {
        MessageStatus.SENDING,
        MessageStatus.SENT,
        MessageStatus.DELIVERED,
        MessageStatus.READ,
        MessageStatus.UNKNOWN,
    }
)
_FIELDS = ("campaignId", "row", "status", "code", "sentAt", "settledAt")


class AddressedMessages(Part):
    """See OptOuts."""

    async def message_named(self, sender_id: UUID, provider_message_id: str) -> Addressed | None:
        key = {"providerKey": provider_key(sender_id, provider_message_id)}
        named = key | {"providerMessageId": provider_message_id}
        found = await self._database["messages"].find(named, _FIELDS)
        return None if found is None else _addressed_of(found)

    async def messages_to(
        self,
        account_id: UUID,
        phone: str,
        *,
        since: datetime,
        limit: int,
        sender_id: UUID | None = None,
    ) -> Sequence[Addressed]:
        campaigns: dict[str, Any] = {"accountId": str(account_id)}
        if sender_id is not None:
            campaigns["senderId"] = str(sender_id)
        phones = await _rows_of(self._database, campaigns, [phone], since)
        query = {"_id": {"$in": sorted(phones)}, "status": {"$ne": MessageStatus.SKIPPED.value}}
        found = [_addressed_of(one) for one in await self._database["messages"].find_all(query, _FIELDS)]
        lately = [one for one in found if _is_lately(one, since)]
        return sorted(lately, key=_latest_first, reverse=True)[:limit]

    async def over_cap(self, account_id: UUID, cap: Cap, phones: Collection[str]) -> frozenset[str]:
        counted = await got(self._database, account_id, cap, phones)
        return frozenset(phone for phone, count in counted.items() if count >= cap.messages)


async def got(database: Database, account_id: UUID, cap: Cap, phones: Collection[str]) -> Counter[str]:
    """How many messages that a cap counts went to each of the numbers."""
    if not phones:
        return Counter()
    bulk = {"accountId": str(account_id), "kind": CampaignKind.BULK.value}
    phone_of = await _rows_of(database, bulk, phones, cap.since)
    query = {"_id": {"$in": sorted(phone_of)}, "status": {"$in": _COUNTED}}
    found = await database["messages"].find_all(query, _FIELDS)
    return Counter(phone_of[one["_id"]] for one in found if _is_lately(_addressed_of(one), cap.since))


async def _rows_of(
    database: Database, query: Mapping[str, Any], phones: Collection[str], since: datetime
) -> dict[str, str]:
    """Ids of messages to these numbers, with the number: from the few campaigns that were not over by then
    to the few people asked about."""
    lately = [{"completedAt": {"$exists": False}}, {"completedAt": {"$gte": since}}]
    running = {**query, "startedAt": {"$exists": True}, "$or": lately}
    campaigns = await database["campaigns"].find_all(running, ["recipientListId"])
    lists = sorted({one["recipientListId"] for one in campaigns})
    theirs = {"listId": {"$in": lists}, "phone": {"$in": sorted(phones)}}
    people: dict[str, list[Document]] = {}
    for person in await database["recipients"].find_all(theirs, ["listId", "row", "phone"]):
        people.setdefault(person["listId"], []).append(person)
    return {
        message_id(campaign["_id"], person["row"]): person["phone"]
        for campaign in campaigns
        for person in people.get(campaign["recipientListId"], ())
    }


def _addressed_of(document: Document) -> Addressed:
    return Addressed(
        campaign_id=UUID(document["campaignId"]),
        row=document["row"],
        status=MessageStatus(document["status"]),
        code=document.get("code", ""),
        at=document.get("sentAt", document.get("settledAt")),
    )


def _is_lately(message: Addressed, since: datetime) -> bool:
    """On its way, or ended since then."""
    return message.status is MessageStatus.SENDING or (message.at is not None and message.at >= since)


def _latest_first(message: Addressed) -> tuple[bool, float, UUID]:
    at = 0.0 if message.at is None else message.at.timestamp()
    return message.status is MessageStatus.SENDING, at, message.campaign_id
