"""Places beside the rows of lists where a number may stand: looked through for it, and cleared of it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Table, delete, func, or_, select, update

from campana.domain.traces import SEPARATORS, Trace
from campana.stores.cells import pack_cells, unpack_cells
from campana.stores.sql.columns import holds
from campana.stores.sql.database import Database
from campana.stores.sql.schema import (
    drafts,
    flags,
    recipient_lists,
    recipients,
    replies,
    row_problems,
    saved_templates,
    senders,
    suppressions,
    unmatched_receipts,
)
from campana.stores.sql.search import forget_row, remember_name
from campana.stores.sql.transactions import Transaction

_WINDOW = 20_000
"""rows of a list that are looked through at once"""


def has_digits(text: ColumnElement[str], trace: Trace) -> ColumnElement[bool]:
    """Whether the text has the number's digits, whatever stands between them."""
    bare: Any = text
    for each in SEPARATORS:
        bare = func.replace(bare, each, "")
    return holds(bare, trace.needle)


async def mentions(
    database: Database, account_id: UUID, trace: Trace
) -> AsyncIterator[tuple[Row[Any], Sequence[Row[Any]]]]:
    """Rows of other people that name the number, some at a time, each time with their list."""
    mine = select(recipient_lists).where(recipient_lists.c.account_id == account_id)
    last = func.max(recipients.c.row).label("last")
    for found in await database.rows(mine.order_by(recipient_lists.c.created_at)):
        of_list = recipients.c.list_id == found.id
        end = await database.row(select(last).where(of_list))
        for first in range(0, (end.last or 0) if end else 0, _WINDOW):
            window = recipients.c.row.between(first + 1, first + _WINDOW)
            query = select(recipients).where(of_list, window, recipients.c.phone != trace.phone)
            if rows := await database.rows(query.where(has_digits(recipients.c.cells, trace))):
                yield found, rows


async def clear_mentions(database: Database, account_id: UUID, trace: Trace) -> int:
    """Blank the cells of other people that name the number; how many rows."""
    cleared = 0
    async for found, rows in mentions(database, account_id, trace):

        async def clear(tx: Transaction, list_id: UUID = found.id, rows: Sequence[Row[Any]] = rows) -> int:
            for row in rows:
                cells = [trace.without(cell) for cell in unpack_cells(row.cells)]
                this = (recipients.c.list_id == list_id) & (recipients.c.row == row.row)
                name = trace.without(row.name)
                values = {"cells": pack_cells(cells), "name": name}
                await tx.execute(update(recipients).where(this, recipients.c.phone == row.phone), values)
                if name != row.name:
                    await forget_row(tx, list_id, row.row)
                    await remember_name(tx, list_id, row.row, (row.phone, name))
            return len(rows)

        cleared += await database.write(clear)
    return cleared


def problems_with(account_id: UUID, trace: Trace) -> Select[Any]:
    """Rows of files that did not become recipients, with the number in them."""
    return (
        select(row_problems, recipient_lists.c.filename)
        .join(recipient_lists, recipient_lists.c.id == row_problems.c.list_id)
        .where(recipient_lists.c.account_id == account_id, has_digits(row_problems.c.value, trace))
    )


def replies_with(account_id: UUID, trace: Trace) -> Select[Any]:
    """Replies of other people with the number in their words."""
    named = or_(has_digits(replies.c.text, trace), has_digits(replies.c.name, trace))
    return select(replies).where(replies.c.account_id == account_id, replies.c.phone != trace.phone, named)


def suppressions_with(account_id: UUID, trace: Trace) -> Select[Any]:
    """Opt-outs of other numbers whose reason names this one."""
    others = (suppressions.c.account_id == account_id) & (suppressions.c.phone != trace.phone)
    return select(suppressions).where(others, has_digits(suppressions.c.reason, trace))


async def clear_texts(
    database: Database, query: Select[Any], table: Table, columns: Sequence[str], trace: Trace
) -> int:
    """Put the number's last digits in its place, in these columns of what the query finds; how many."""

    async def clear(tx: Transaction) -> int:
        rows = (await tx.execute(query)).all()
        for row in rows:
            texts = {name: trace.without(row._mapping[name]) for name in columns}
            await tx.execute(update(table).where(table.c.id == row.id).values(texts))
        return len(rows)

    return await database.write(clear) if await database.rows(query.limit(1)) else 0


async def typed_with(
    database: Database, table: Table, column: str, account_id: UUID, trace: Trace
) -> list[tuple[Row[Any], Mapping[str, str]]]:
    """Drafts, or texts kept with templates, of the account that have the number, with all their texts."""
    rows = await database.rows(select(table).where(table.c.account_id == account_id))
    both = [(row, row._mapping[column]) for row in rows]
    return [(row, texts) for row, texts in both if any(map(trace.is_in, texts.values()))]


async def clear_typed(database: Database, table: Table, column: str, account_id: UUID, trace: Trace) -> int:
    """Take the number out of what was typed, each with what it was when it was read; how many."""
    found = await typed_with(database, table, column, account_id, trace)

    async def clear(tx: Transaction) -> int:
        for row, texts in found:
            without = {name: trace.without(text) for name, text in texts.items()}
            await tx.execute(update(table).where(table.c.id == row.id).values({column: without}))
        return len(found)

    return await database.write(clear) if found else 0


def replies_of(account_id: UUID, phone: str) -> ColumnElement[bool]:
    """The person's own."""
    return (replies.c.account_id == account_id) & (replies.c.phone == phone)


def marks_of(account_id: UUID, phone: str) -> ColumnElement[bool]:
    """What is to be told to the provider about the number."""
    return (flags.c.account_id == account_id) & (flags.c.phone == phone)


async def unmatched_of(database: Database, account_id: UUID, trace: Trace) -> Sequence[Row[Any]]:
    """Receipts without a message that are about the number: by it, or by the id, which holds it."""
    mine = select(senders.c.id).where(senders.c.account_id == account_id)
    rows = await database.rows(select(unmatched_receipts).where(unmatched_receipts.c.sender_id.in_(mine)))
    return [
        row
        for row in rows
        if row.phone == trace.phone or trace.is_in(row.provider_message_id) or trace.is_in(row.reason)
    ]


async def drop_unmatched_of(database: Database, account_id: UUID, trace: Trace) -> int:
    """Forget them; how many."""
    ids = [row.id for row in await unmatched_of(database, account_id, trace)]
    statement = delete(unmatched_receipts).where(unmatched_receipts.c.id.in_(ids))
    return await database.change(statement) if ids else 0


TYPED = {"drafts": (drafts, "typed"), "saved_templates": (saved_templates, "texts")}
"""Tables with what people typed, and the column that holds it."""
