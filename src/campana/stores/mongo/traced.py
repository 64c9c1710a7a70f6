"""Places beside the rows of lists where a number may stand: looked through for it, and cleared of it."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from campana.domain.traces import SEPARATORS, Trace
from campana.stores.mongo.database import Database, Document, Query
from campana.stores.mongo.erasing import forget_row, lists_of

_TYPED = {"drafts": "typed", "savedTemplates": "texts"}
"""Collections with what people typed, and the field that holds it."""


def has_digits(trace: Trace) -> dict[str, str]:
    """Matches a text with the number's digits, whatever stands between them."""
    return {"$regex": f"[{re.escape(SEPARATORS)}]*".join(trace.needle)}


async def mentions(
    database: Database, account_id: UUID, trace: Trace
) -> AsyncIterator[tuple[Document, Document]]:
    """Rows of other people that name the number, each with its list."""
    for people in await lists_of(database, account_id):
        named = {"listId": people["_id"], "phone": {"$ne": trace.phone}, "values": has_digits(trace)}
        for person in await database["recipients"].find_all(named, order=[("row", 1)]):
            yield people, person


async def clear_mentions(database: Database, account_id: UUID, trace: Trace) -> int:
    """Blank the cells of other people that name the number; how many rows."""
    cleared = 0
    async for people, person in mentions(database, account_id, trace):
        name = trace.without(person["name"])
        values = {"values": [trace.without(cell) for cell in person["values"]], "name": name}
        this = {"_id": person["_id"], "phone": person["phone"]}
        if name != person["name"]:
            await forget_row(database, people["_id"], person["row"], (person["phone"], name))
        cleared += await database["recipients"].change(this, {"$set": values})
    return cleared


async def problems_with(database: Database, account_id: UUID, trace: Trace) -> dict[str, Any]:
    """Rows of files that did not become recipients, with the number in them."""
    lists = [one["_id"] for one in await lists_of(database, account_id)]
    return {"listId": {"$in": lists}, "value": has_digits(trace)}


def replies_with(account_id: UUID, trace: Trace) -> dict[str, Any]:
    """Replies of other people with the number in their words."""
    named = [{"text": has_digits(trace)}, {"name": has_digits(trace)}]
    return {"accountId": str(account_id), "phone": {"$ne": trace.phone}, "$or": named}


def suppressions_with(account_id: UUID, trace: Trace) -> dict[str, Any]:
    """Opt-outs of other numbers whose reason names this one."""
    return {"accountId": str(account_id), "phone": {"$ne": trace.phone}, "reason": has_digits(trace)}


async def clear_texts(
    database: Database, collection: str, query: Query, names: Sequence[str], trace: Trace
) -> int:
    """Put the number's last digits in its place, in these fields of what the query finds; how many."""
    found = await database[collection].find_all(query, names)
    for one in found:
        texts = {name: trace.without(one[name]) for name in names}
        await database[collection].change({"_id": one["_id"]}, {"$set": texts})
    return len(found)


async def typed_with(
    database: Database, collection: str, account_id: UUID, trace: Trace
) -> list[tuple[Document, Mapping[str, str]]]:
    """Drafts, or texts kept with templates, of the account that have the number, with all their texts."""
    found = await database[collection].find_all({"accountId": str(account_id)})
    both = [(one, one[_TYPED[collection]]) for one in found]
    return [(one, texts) for one, texts in both if any(map(trace.is_in, texts.values()))]


async def clear_typed(database: Database, collection: str, account_id: UUID, trace: Trace) -> int:
    """Take the number out of what was typed, each with what it was when it was read; how many."""
    found = await typed_with(database, collection, account_id, trace)
    for one, texts in found:
        without = {name: trace.without(text) for name, text in texts.items()}
        await database[collection].change({"_id": one["_id"]}, {"$set": {_TYPED[collection]: without}})
    return len(found)


async def of_number(database: Database, collection: str, account_id: UUID, trace: Trace) -> list[Document]:
    """What is the number's own."""
    return await database[collection].find_all({"accountId": str(account_id), "phone": trace.phone})


async def unmatched_of(database: Database, account_id: UUID, trace: Trace) -> list[Document]:
    """Receipts without a message that are about the number: by it, or by the id, which holds it."""
    senders = await database["senders"].find_all({"accountId": str(account_id)}, ["_id"])
    mine = {"senderId": {"$in": [one["_id"] for one in senders]}}
    return [
        one
        for one in await database["unmatchedReceipts"].find_all(mine)
        if one.get("phone") == trace.phone
        or trace.is_in(one["providerMessageId"])
        or trace.is_in(one.get("reason", ""))
    ]
