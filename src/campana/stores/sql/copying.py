"""All that the database holds, table by table, out of one moment and into another database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Table, func, insert, select, text, tuple_

from campana.engine.ports.copying import Kind, Record, Snapshot
from campana.stores.sql.database import Look
from campana.stores.sql.part import Part
from campana.stores.sql.schema import metadata
from campana.stores.sql.transactions import Transaction


class Copying(Part):
    """See the port of that name. A kind is a table."""

    def kinds(self) -> Sequence[Kind]:
        return [
            Kind(table.name, tuple(table.columns.keys()), frozenset(_parents(table)))
            for table in metadata.sorted_tables
        ]

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        async with self._database.snapshot() as look:
            yield _Tables(look)

    async def add_records(self, kind: Kind, records: Sequence[Record]) -> None:
        table = metadata.tables[kind.name]
        values = [dict(zip(kind.fields, record, strict=True)) for record in records]
        key = [column.name for column in table.primary_key]

        async def work(tx: Transaction) -> None:
            there = await _keys_there(tx, table, [tuple(each[name] for name in key) for each in values])
            new = [each for each in values if tuple(each[name] for name in key) not in there]
            if new:
                await tx.execute(insert(table), new)

        await self._database.write(work)

    async def records_added(self) -> None:
        if self._database.is_sqlite:
            return

        async def count_on(tx: Transaction) -> None:
            for table in metadata.sorted_tables:
                column = table.autoincrement_column
                if column is not None:
                    sequence = func.pg_get_serial_sequence(table.name, column.name)
                    highest = select(func.max(column)).scalar_subquery()
                    await tx.execute(select(func.setval(sequence, highest)))
            await tx.execute(text("ANALYZE"))

        await self._database.write(count_on)


class _Tables:
    def __init__(self, look: Look) -> None:
        self._look = look

    async def records(self, kind: Kind) -> AsyncIterator[Sequence[Record]]:
        table = metadata.tables[kind.name]
        async for rows in self._look(select(*(table.columns[name] for name in kind.fields))):
            yield [tuple(row) for row in rows]


def _parents(table: Table) -> set[str]:
    return {key.column.table.name for key in table.foreign_keys} - {table.name}


async def _keys_there(tx: Transaction, table: Table, keys: list[Record]) -> set[tuple[Any, ...]]:
    columns = list(table.primary_key)
    found = await tx.execute(select(*columns).where(tuple_(*columns).in_(keys)))
    return {tuple(row) for row in found.all()}
