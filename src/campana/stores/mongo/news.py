"""What happened to campaigns and messages, for outgoing webhooks: made of what an entry of the journal
changes, and a part of it; nothing where no endpoint of the account is on. Tests are not told of."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from campana.domain.campaigns import CampaignKind, CampaignStatus
from campana.domain.endpoints import TOLD, EventType
from campana.domain.messages import MessageStatus
from campana.stores.mongo.changes import CampaignChange, Change, MessageChange, NewsChange, outbox_document
from campana.stores.mongo.database import Database, Document

_Told = dict[tuple[UUID, EventType], list[int]]
"""What to tell: the rows of messages of a campaign that came to a state; none for the campaign itself."""


async def news_of(
    database: Database, sender_id: UUID, changes: Sequence[Change], at: datetime
) -> list[NewsChange]:
    """One for each state that a campaign, or messages of it, come to by these changes of a sender's."""
    told = _told(changes)
    if not told or not await _is_followed(database, sender_id):
        return []
    ids = sorted({str(campaign_id) for campaign_id, _ in told})
    bulk = {"_id": {"$in": ids}, "kind": CampaignKind.BULK.value}
    accounts = {
        UUID(one["_id"]): UUID(one["accountId"])
        for one in await database["campaigns"].find_all(bulk, ["accountId"])
    }
    news = [(key, rows) for key, rows in told.items() if key[0] in accounts]
    numbers = await database.numbers("outbox", len(news)) if news else ()
    return [
        NewsChange(number, accounts[campaign_id], campaign_id, event, at, tuple(sorted(rows)))
        for number, ((campaign_id, event), rows) in zip(numbers, news, strict=True)
    ]


async def tell_opened(database: Database, campaigns: Iterable[Document]) -> None:
    """These campaigns were opened, which no journal says: they say so themselves, until it is told. Safe to
    repeat."""
    for campaign in campaigns:
        sender_id, campaign_id = UUID(campaign["senderId"]), UUID(campaign["_id"])
        opened = [CampaignChange(campaign_id, {"status": CampaignStatus(campaign["untold"])})]
        news = await news_of(database, sender_id, opened, await database.now())
        documents = [outbox_document(one) | {"key": f"{campaign_id} opened"} for one in news]
        await database["outbox"].add_missing(documents)
        await database["campaigns"].change({"_id": campaign["_id"]}, {"$unset": {"untold": ""}})


async def _is_followed(database: Database, sender_id: UUID) -> bool:
    sender = await database["senders"].find({"_id": str(sender_id)}, ["accountId"])
    if sender is None:
        return False
    on = {"accountId": sender["accountId"], "enabled": True}
    return await database["endpoints"].find(on, ["_id"]) is not None


def _told(changes: Sequence[Change]) -> _Told:
    told: _Told = {}
    for change in changes:
        if isinstance(change, MessageChange) and change.values.get("status") in TOLD:
            event = EventType.of(MessageStatus(change.values["status"]))
            told.setdefault((change.campaign_id, event), []).extend(change.rows)
        elif isinstance(change, CampaignChange) and change.told and "status" in change.values:
            told[change.campaign_id, EventType.of(CampaignStatus(change.values["status"]))] = []
    return told
