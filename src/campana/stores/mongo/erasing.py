"""A person's rows in lists, and the messages to them: found, and made to say nothing of anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from campana.domain.messages import MessageStatus
from campana.domain.privacy import ERASED_REASON
from campana.domain.recipients import Recipient
from campana.domain.traces import Trace
from campana.stores.mongo.books import held_of, shifted
from campana.stores.mongo.changes import Change, MessageChange, message_id
from campana.stores.mongo.database import Database, Document
from campana.stores.mongo.journal import Entry, Journal
from campana.stores.mongo.lane import Lane
from campana.stores.packing import packs, without_row
from campana.stores.reasons import ERASED_CODE

_M = MessageStatus
NAMELESS: dict[str, Any] = {"provider_message_id": None, "fence": None}
"""What messages lose: the provider's id holds the number, and without the fence no late answer brings it
back. Their short key stays, by which receipts find them."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of a list, with both documents."""

    people: Document
    person: Document


async def rows_of(database: Database, account_id: UUID, phone: str) -> Sequence[ListRow]:
    """The person's rows in all lists of the account, those in the making included."""
    lists = await lists_of(database, account_id)
    mine = {"listId": {"$in": [one["_id"] for one in lists]}, "phone": phone}
    people = {one["listId"]: one for one in await database["recipients"].find_all(mine)}
    return [ListRow(one, people[one["_id"]]) for one in lists if one["_id"] in people]


async def lists_of(database: Database, account_id: UUID) -> list[Document]:
    """All lists of the account, the oldest first."""
    mine = {"accountId": str(account_id)}
    return await database["recipientLists"].find_all(mine, order=[("createdAt", 1), ("_id", 1)])


async def messages_of(database: Database, row: ListRow) -> Sequence[Document]:
    """The messages to somebody, each with its campaign's name as `campaignName`."""
    campaigns = await campaigns_of(database, row.people["_id"])
    names = {message_id(one["_id"], row.person["row"]): one["name"] for one in campaigns}
    found = {one["_id"]: one for one in await database["messages"].find_all({"_id": {"$in": sorted(names)}})}
    return [found[name] | {"campaignName": names[name]} for name in names if name in found]


async def campaigns_of(database: Database, list_id: str) -> list[Document]:
    """The campaigns for a list, the oldest first."""
    return await database["campaigns"].find_all({"recipientListId": list_id}, order=[("createdAt", 1)])


async def erase_rows(
    database: Database, journal: Journal, account_id: UUID, trace: Trace, at: datetime
) -> int:
    """Each row after all that belongs to it: what is broken off is found again by the row. How many."""
    await journal.catch_up()
    erased = 0
    for row in await rows_of(database, account_id, trace.phone):
        campaigns = await campaigns_of(database, row.people["_id"])
        ids = [UUID(one["_id"]) for one in campaigns]
        ended = [await _blank(database, journal, one, row.person["row"], (trace, at)) for one in ids]
        if all(ended):
            await _erase_row(database, row)
            erased += 1
    return erased


async def _blank(
    database: Database, journal: Journal, campaign_id: UUID, row: int, wish: tuple[Trace, datetime]
) -> bool:
    """One message, where there is one; a PENDING one ends as SKIPPED. False where it is on its way: then the
    row stays until that has ended."""
    trace, at = wish

    async def decide(_lane: Lane, campaign: Document) -> Entry[bool]:
        message = await database["messages"].find({"_id": message_id(campaign_id, row)})
        if message is None:
            return Entry(True)
        if message["status"] == _M.SENDING.value:
            return Entry(False)
        reason = message.get("reason")
        values: dict[str, Any] = NAMELESS | {"reason": reason and trace.without(reason)}
        changes: list[Change] = []
        if message["status"] == _M.PENDING.value:
            values |= {"status": _M.SKIPPED, "code": ERASED_CODE, "reason": ERASED_REASON}
            values |= {"settled_at": at, "not_before": None}
            held = held_of(campaign)
            reserved = min(held.reserved, held.counts.open - 1)
            changes = [shifted(held, {_M.PENDING: -1, _M.SKIPPED: 1}, reserved=reserved)]
        return Entry(True, [MessageChange(campaign_id, [row], values), *changes])

    return await journal.write_about(campaign_id, decide) is not False


async def _erase_row(database: Database, row: ListRow) -> None:
    """Digests of requests that named recipients go as well: who knows the rest of a request could try
    numbers."""
    number = row.person["row"]
    await forget_row(database, row.people["_id"], number)
    if not row.people["listed"]:
        of_list = {"recipientListId": row.people["_id"]}
        await database["campaigns"].change_all(of_list, {"$unset": {"requestDigest": ""}})
    nobody = {"phone": f"-{number}", "name": "", "values": [""] * len(row.people["columns"])}
    await database["recipients"].change({"_id": row.person["_id"]}, {"$set": nobody})


async def forget_row(
    database: Database, list_id: str, row: int, instead: tuple[str, str] | None = None
) -> None:
    """Take a person's lines out of the packed texts, and put this number and name in again where given."""
    this = {"listId": list_id, "firstRow": {"$lte": row}, "lastRow": {"$gte": row}}
    for found in await database["recipientSearch"].find_all(this):
        texts = {name: without_row(found[name], row) for name in ("numbers", "names")}
        if instead is not None:
            (pack,) = packs([Recipient(row, *instead, ())])
            texts = {name: f"{text}\n{getattr(pack, name)}" for name, text in texts.items()}
        await database["recipientSearch"].change({"_id": found["_id"]}, {"$set": texts})
