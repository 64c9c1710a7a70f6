"""What is held about a number, and its erasure, place by place."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select

from campana.domain.traces import Trace
from campana.engine.ports import Place
from campana.engine.ports.privacy import Found
from campana.stores.cells import unpack_cells
from campana.stores.sql import traced
from campana.stores.sql.database import Database
from campana.stores.sql.erasing import Spot, erase_rows, messages_of, rows_of
from campana.stores.sql.forgetting import blank_replies
from campana.stores.sql.part import Part
from campana.stores.sql.schema import flags, replies, row_problems, suppressions

Eraser = Callable[[Database, UUID, Trace, datetime], Awaitable[int]]
Finder = Callable[[Database, UUID, Trace], Awaitable[Sequence[Found]]]


class PrivacyPart(Part):
    """See Privacy."""

    async def erase(self, place: Place, account_id: UUID, trace: Trace, *, at: datetime) -> int:
        return await ERASERS[place](self._database, account_id, trace, at)

    async def held(self, place: Place, account_id: UUID, trace: Trace) -> Sequence[Found]:
        return await FINDERS[place](self._database, account_id, trace)


async def _erase_mentions(database: Database, account_id: UUID, trace: Trace, _at: datetime) -> int:
    return await traced.clear_mentions(database, account_id, trace)


async def _erase_problems(database: Database, account_id: UUID, trace: Trace, _at: datetime) -> int:
    query = traced.problems_with(account_id, trace)
    return await traced.clear_texts(database, query, row_problems, ["value", "reason"], trace)


async def _erase_replies(database: Database, account_id: UUID, trace: Trace, _at: datetime) -> int:
    blanked = await blank_replies(database, traced.replies_of(account_id, trace.phone))
    others = traced.replies_with(account_id, trace)
    return blanked + await traced.clear_texts(database, others, replies, ["text", "name"], trace)


async def _erase_suppressions(database: Database, account_id: UUID, trace: Trace, _at: datetime) -> int:
    """Its own opt-out stands until the erasure is finished."""
    query = traced.suppressions_with(account_id, trace)
    return await traced.clear_texts(database, query, suppressions, ["reason"], trace)


async def _erase_flags(database: Database, account_id: UUID, trace: Trace, _at: datetime) -> int:
    return await database.change(delete(flags).where(traced.marks_of(account_id, trace.phone)))


async def _erase_unmatched(database: Database, account_id: UUID, trace: Trace, _at: datetime) -> int:
    return await traced.drop_unmatched_of(database, account_id, trace)


async def _erase_drafts(database: Database, account_id: UUID, trace: Trace, _at: datetime) -> int:
    return await traced.clear_typed(database, *traced.TYPED["drafts"], account_id, trace)


async def _erase_templates(database: Database, account_id: UUID, trace: Trace, _at: datetime) -> int:
    return await traced.clear_typed(database, *traced.TYPED["saved_templates"], account_id, trace)


async def _find_rows(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    found: list[Found] = []
    for row in await rows_of(database, account_id, trace):
        told = await messages_of(database, Spot(row.id, row.row))
        consent = {"source": row.consent_source, "at": row.consent_at, "note": row.consent_note}
        values = dict(zip(row.columns, unpack_cells(row.cells), strict=True))
        found.append(
            {"list": row.id, "file": row.filename, "uploaded_at": row.created_at, "row": row.row}
            | {"name": row.name, "values": values, "consent": consent if row.consent_source else None}
            | {"messages": [_message(each) for each in told]}
        )
    return found


def _message(row: Row[Any]) -> Mapping[str, Any]:
    values = dict(row._mapping)
    return {"campaign": values.pop("name"), "campaign_id": values.pop("id")} | values


async def _find_mentions(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    found: list[Found] = []
    async for people, rows in traced.mentions(database, account_id, trace):
        for row in rows:
            values = dict(zip(people.columns, unpack_cells(row.cells), strict=True))
            named = {column: cell for column, cell in values.items() if trace.is_in(cell)}
            found.append({"list": people.id, "file": people.filename, "row": row.row, "values": named})
    return found


async def _find_problems(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    names = ("filename", "row", "column", "value", "reason")
    return _told(await database.rows(traced.problems_with(account_id, trace)), names)


async def _find_replies(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    names = ("at", "name", "text", "is_button", "wish", "campaign_id", "sender_id", "provider_message_id")
    query = select(replies).where(traced.replies_of(account_id, trace.phone)).order_by(replies.c.at)
    return _told(await database.rows(query), names)


async def _find_suppressions(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    mine = (suppressions.c.account_id == account_id) & (suppressions.c.phone == trace.phone)
    names = ("reason", "source", "created_at", "added_by")
    return _told(await database.rows(select(suppressions).where(mine)), names)


async def _find_flags(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    query = select(flags).where(traced.marks_of(account_id, trace.phone))
    return _told(await database.rows(query), ("opted_out", "not_before", "attempts"))


async def _find_unmatched(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    names = ("provider_message_id", "status", "at", "code", "reason", "received_at")
    return _told(await traced.unmatched_of(database, account_id, trace), names)


async def _find_drafts(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    found = await traced.typed_with(database, *traced.TYPED["drafts"], account_id, trace)
    return [{"changed_at": row.changed_at, "texts": _naming(texts, trace)} for row, texts in found]


async def _find_templates(database: Database, account_id: UUID, trace: Trace) -> list[Found]:
    found = await traced.typed_with(database, *traced.TYPED["saved_templates"], account_id, trace)
    return [{"template": row.name, "texts": _naming(texts, trace)} for row, texts in found]


def _naming(texts: Mapping[str, str], trace: Trace) -> dict[str, str]:
    return {name: text for name, text in texts.items() if trace.is_in(text)}


def _told(rows: Sequence[Row[Any]], names: Sequence[str]) -> list[Found]:
    return [{name: row._mapping[name] for name in names} for row in rows]


ERASERS: dict[Place, Eraser] = {
    Place.RECIPIENTS: erase_rows,
    Place.MENTIONS: _erase_mentions,
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
