"""What a verb changes in messages and campaigns: written down whole before any of it is done.

Each change names the number (`seq`) of its entry when it is done, and is done only to documents that no
later entry has touched. So it may be done again, by anybody, at any time: the second time finds nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pymongo import UpdateMany, UpdateOne

from campana.domain.endpoints import EventType
from campana.stores.mongo.database import Database, Document
from campana.stores.mongo.documents import document_of, plain, update_of
from campana.stores.mongo.patterns import one_of


@dataclass(frozen=True, slots=True)
class MessageChange:
    """Values (by attribute names, None takes away) for these rows of a campaign, in ascending order; `tries`
    more attempts."""

    campaign_id: UUID
    rows: Sequence[int]
    values: Mapping[str, Any]
    tries: int = 0


@dataclass(frozen=True, slots=True)
class CampaignChange:
    """Values (by attribute names, None takes away) for a campaign; whether a new status is `told` to outgoing
    webhooks."""

    campaign_id: UUID
    values: Mapping[str, Any]
    told: bool = True


@dataclass(frozen=True, slots=True)
class PaceSample:
    """What a campaign's provider accepted in ten seconds that are over."""

    campaign_id: UUID
    bucket: int
    accepted: int


@dataclass(frozen=True, slots=True)
class QuarterChange:
    """How many messages of a campaign that were accepted in that quarter of an hour stand where."""

    campaign_id: UUID
    account_id: UUID
    quarter: int
    counted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class NewsChange:
    """Something to be told to outgoing webhooks."""

    id: int
    account_id: UUID
    campaign_id: UUID
    type: EventType
    at: datetime
    rows: Sequence[int]


Change = MessageChange | CampaignChange | PaceSample | QuarterChange | NewsChange


def message_id(campaign_id: object, row: int) -> str:
    """The id of a message's document."""
    return f"{campaign_id}-{row}"


def numbered_id(campaign_id: object, number: int) -> str:
    """The id of a pace sample, or of a quarter of an hour."""
    return f"{campaign_id}-{number}"


def written(changes: Sequence[Change]) -> Document | None:
    """The changes as they stand in the journal; None when there are none."""
    if not changes:
        return None
    return {
        "messages": [_message_entry(one) for one in changes if isinstance(one, MessageChange)],
        "campaigns": [
            {"id": str(one.campaign_id), "values": _plain(one.values)}
            for one in changes
            if isinstance(one, CampaignChange)
        ],
        "samples": [document_of(one) for one in changes if isinstance(one, PaceSample)],
        "quarters": [document_of(one) for one in changes if isinstance(one, QuarterChange)],
        "news": [outbox_document(one) for one in changes if isinstance(one, NewsChange)],
    }


async def carry_out(database: Database, seq: int, entry: Document) -> None:
    """Do what stands in the journal under that number, as far as it is not done already."""
    await database["messages"].change_each([_message_update(one, seq) for one in entry["messages"]])
    await database["campaigns"].change_each([_campaign_update(one, seq) for one in entry["campaigns"]])
    await database["paceSamples"].add_missing(
        [{"_id": numbered_id(one["campaignId"], one["bucket"]), **one} for one in entry["samples"]]
    )
    await _write_quarters(database, seq, entry["quarters"])
    await database["outbox"].add_missing(entry["news"])


def outbox_document(news: NewsChange) -> Document:
    """The news as a document."""
    return document_of(news)


async def _write_quarters(database: Database, seq: int, quarters: Sequence[Document]) -> None:
    written = []
    for one in quarters:
        place = {name: one[name] for name in ("campaignId", "accountId", "quarter")}
        identity = {"_id": numbered_id(one["campaignId"], one["quarter"])}
        written.append(identity | place | one["counted"] | {"seq": seq})
    accepted = database["acceptedQuarters"]
    await accepted.add_missing(written)
    await accepted.change_each(
        [UpdateOne({"_id": one["_id"], "seq": {"$lt": seq}}, {"$set": one}) for one in written]
    )


def _message_entry(change: MessageChange) -> Document:
    entry = {
        "campaignId": str(change.campaign_id),
        "rows": list(change.rows),
        "values": _plain(change.values),
    }
    return entry | ({"tries": change.tries} if change.tries else {})


def _message_update(entry: Document, seq: int) -> UpdateOne | UpdateMany:
    update = update_of(entry["values"] | {"seq": seq})
    if "tries" in entry:
        update["$inc"] = {"attempts": entry["tries"]}
    rows, campaign_id = entry["rows"], entry["campaignId"]
    untouched = {"seq": {"$lt": seq}}
    if len(rows) == 1:
        return UpdateOne({"_id": message_id(campaign_id, rows[0]), **untouched}, update)
    return UpdateMany({"campaignId": campaign_id, "row": one_of(rows), **untouched}, update)


def _campaign_update(entry: Document, seq: int) -> UpdateOne:
    return UpdateOne({"_id": entry["id"], "seq": {"$lt": seq}}, update_of(entry["values"] | {"seq": seq}))


def _plain(values: Mapping[str, Any]) -> Document:
    return {name: plain(value) for name, value in values.items()}
