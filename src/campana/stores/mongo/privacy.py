"""What each place holds about a person, and how it is erased from there."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from campana.domain.traces import Trace
from campana.engine.ports.privacy import Found, Place
from campana.stores.mongo import traced
from campana.stores.mongo.database import Database, Document
from campana.stores.mongo.documents import field_of
from campana.stores.mongo.erasing import erase_rows, messages_of, rows_of
from campana.stores.mongo.forgetting import blank_replies
from campana.stores.mongo.part import Part

Eraser = Callable[[Database, UUID, Trace], Awaitable[int]]
Finder = Callable[[Database, UUID, Trace], Awaitable[Sequence[Found]]]

_TOLD = ("status", "attempts", "provider_message_id", "code", "reason", "sent_at", "delivered_at", "read_at")


class PrivacyPart(Part):
    """See Privacy."""

    async def erase(self, place: Place, account_id: UUID, trace: Trace, *, at: datetime) -> int:
        if place is Place.RECIPIENTS:
            return await erase_rows(self._database, self._journal, account_id, trace, at)
        return await ERASERS[place](self._database, account_id, trace)

    async def held(self, place: Place, account_id: UUID, trace: Trace) -> Sequence[Found]:
        return await FINDERS[place](self._database, account_id, trace)


async def _erase_replies(database: Database, account_id: UUID, trace: Trace) -> int:
    mine = {"accountId": str(account_id), "phone": trace.phone}
    blanked = await blank_replies(database, mine)
    return blanked + await traced.clear_texts(
        database, "replies", traced.replies_with(account_id, trace), ["text", "name"], trace
    )


async def _erase_problems(database: Database, account_id: UUID, trace: Trace) -> int:
    query = await traced.problems_with(database, account_id, trace)
    return await traced.clear_texts(database, "rowProblems", query, ["value", "reason"], trace)


async def _erase_suppressions(database: Database, account_id: UUID, trace: Trace) -> int:
    """Its own opt-out stands until the erasure is finished."""
    query = traced.suppressions_with(account_id, trace)
    return await traced.clear_texts(database, "suppressions", query, ["reason", "reasonKey"], trace)


async def _erase_flags(database: Database, account_id: UUID, trace: Trace) -> int:
    return await database["flags"].remove({"accountId": str(account_id), "phone": trace.phone})


async def _erase_unmatched(database: Database, account_id: UUID, trace: Trace) -> int:
    ids = [one["_id"] for one in await traced.unmatched_of(database, account_id, trace)]
    return await database["unmatchedReceipts"].remove({"_id": {"$in": ids}}) if ids else 0


async def _erase_drafts(database: Database, account_id: UUID, trace: Trace) -> int:
    return await traced.clear_typed(database, "drafts", account_id, trace)


async def _erase_templates(database: Database, account_id: UUID, trace: Trace) -> int:
    return await traced.clear_typed(database, "savedTemplates", account_id, trace)


async def _find_rows(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    found: list[Found] = []
    for row in await rows_of(database, account_id, trace.phone):
        people, person, consent = row.people, row.person, row.people.get("consent")
        agreed = consent and {name: consent.get(name) for name in ("source", "at", "note")}
        values = dict(zip(people["columns"], person["values"], strict=True))
        found.append(
            {"list": UUID(people["_id"]), "file": people["filename"], "uploaded_at": people["createdAt"]}
            | {"row": person["row"], "name": person["name"], "values": values, "consent": agreed}
            | {"messages": [_message(one) for one in await messages_of(database, row)]}
        )
    return found


def _message(message: Document) -> Mapping[str, Any]:
    campaign = {"campaign": message["campaignName"], "campaign_id": UUID(message["campaignId"])}
    return campaign | {name: message.get(field_of(name)) for name in _TOLD}


async def _find_mentions(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    found: list[Found] = []
    async for people, person in traced.mentions(database, account_id, trace):
        values = dict(zip(people["columns"], person["values"], strict=True))
        named = {column: cell for column, cell in values.items() if trace.is_in(cell)}
        place = {"list": UUID(people["_id"]), "file": people["filename"], "row": person["row"]}
        found.append(place | {"values": named})
    return found


async def _find_problems(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    query = await traced.problems_with(database, account_id, trace)
    found = await database["rowProblems"].find_all(query)
    lists = {"_id": {"$in": sorted({one["listId"] for one in found})}}
    files = {one["_id"]: one["filename"] for one in await database["recipientLists"].find_all(lists)}
    told = [one | {"filename": files[one["listId"]]} for one in found]
    return _told(told, ("filename", "row", "column", "value", "reason"))


async def _find_replies(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    names = ("at", "name", "text", "is_button", "wish", "campaign_id", "sender_id", "provider_message_id")
    return _told(await traced.of_number(database, "replies", account_id, trace), names)


async def _find_suppressions(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    names = ("reason", "source", "created_at", "added_by")
    return _told(await traced.of_number(database, "suppressions", account_id, trace), names)


async def _find_flags(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    names = ("opted_out", "not_before", "attempts")
    return _told(await traced.of_number(database, "flags", account_id, trace), names)


async def _find_unmatched(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    names = ("provider_message_id", "status", "at", "code", "reason", "received_at")
    return _told(await traced.unmatched_of(database, account_id, trace), names)


async def _find_drafts(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    found = await traced.typed_with(database, "drafts", account_id, trace)
    return [{"changed_at": one["changedAt"], "texts": _naming(texts, trace)} for one, texts in found]


async def _find_templates(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    found = await traced.typed_with(database, "savedTemplates", account_id, trace)
    return [{"template": one["template"]["name"], "texts": _naming(texts, trace)} for one, texts in found]


def _naming(texts: Mapping[str, str], trace: Trace) -> dict[str, str]:
    return {name: text for name, text in texts.items() if trace.is_in(text)}


def _told(documents: Sequence[Document], names: Sequence[str]) -> list[Found]:
    return [{name: _value(one, name) for name in names} for one in documents]


def _value(document: Document, name: str) -> Any:
    value = document.get(field_of(name))
    return UUID(value) if name in ("campaign_id", "sender_id") and value is not None else value


ERASERS: dict[Place, Eraser] = {
    Place.MENTIONS: traced.clear_mentions,
    Place.PROBLEMS: _erase_problems,
    Place.REPLIES: _erase_replies,
    Place.SUPPRESSIONS: _erase_suppressions,
    Place.FLAGS: _erase_flags,
    Place.UNMATCHED: _erase_unmatched,
    Place.DRAFTS: _erase_drafts,
    Place.TEMPLATES: _erase_templates,
}
FINDERS: dict[Place, Finder] = {
    Place.RECIPIENTS: _find_rows,
    Place.MENTIONS: _find_mentions,
    Place.PROBLEMS: _find_problems,
    Place.REPLIES: _find_replies,
    Place.SUPPRESSIONS: _find_suppressions,
    Place.FLAGS: _find_flags,
    Place.UNMATCHED: _find_unmatched,
    Place.DRAFTS: _find_drafts,
    Place.TEMPLATES: _find_templates,
}
