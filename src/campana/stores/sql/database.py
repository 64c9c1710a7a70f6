"""The database: where transactions come from. One writer beside readers in SQLite, a pool in PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Engine, Executable, Row, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection

from campana.domain.errors import StoreUnavailable
from campana.stores.sql.failures import UPGRADE, translated
from campana.stores.sql.transactions import (
    ThreadTransaction,
    Transaction,
    Values,
    run_through,
)

T = TypeVar("T")

Work = Callable[[Transaction], Coroutine[Any, Any, T]]
"""The statements of one transaction."""

Look = Callable[[Executable], AsyncIterator[Sequence[Row[Any]]]]
"""What a query finds, in batches."""

BATCH = 1000
_MANY_ROWS = 10_000
_SQLITE_READERS = 4
_BUSY = "busy_timeout = 10000"
_SCRUB_MS = 200
_SQLITE_COMMON = ("foreign_keys = ON", _BUSY, "temp_store = MEMORY")
_SQLITE_WRITER = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "secure_delete = ON",  # what is deleted is overwritten: an erased number is not left in free pages
    "cache_size = -32000",  # KiB; holds the index pages that random provider ids touch
    "wal_autocheckpoint = 16000",  # pages; a page changed by many batches is copied to the file once
)
_SQLITE_READER = ("query_only = ON", "cache_size = -4000")


class Engines(Protocol):
    """How one kind of database runs work."""

    async def read(self, work: Work[T]) -> T: ...
    async def write(self, work: Work[T]) -> T: ...
    def snapshot(self) -> AbstractAsyncContextManager[Look]: ...
    async def scrub(self) -> None: ...
    async def close(self) -> None: ...


class Database:
    """`read` and `write` are the only ways in; both translate what goes wrong (see failures)."""

    def __init__(self, url: URL) -> None:
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._engines: Engines = _Sqlite(url) if self.is_sqlite else _postgresql(url)

    async def read(self, work: Work[T]) -> T:
        """Do work that only looks; each statement sees what was committed before it."""
        with translated():
            return await self._engines.read(work)

    async def write(self, work: Work[T]) -> T:
        """Do work in a transaction: committed, durably, when it ends well; undone when it raises."""
        with translated():
            return await self._engines.write(work)

    def snapshot(self) -> AbstractAsyncContextManager[Look]:
        """Looks that all see one moment, until the block ends; writers are not held up."""
        return self._engines.snapshot()

    async def rows(self, query: Executable, values: Values | None = None) -> list[Row[Any]]:
        """What a query finds."""

        async def look(tx: Transaction) -> list[Row[Any]]:
            return list((await tx.execute(query, values)).all())

        return await self.read(look)

    async def row(self, query: Executable, values: Values | None = None) -> Row[Any] | None:
        """The one row that a query finds, if any."""
        found = await self.rows(query, values)
        return found[0] if found else None

    async def change(self, statement: Executable, values: Values | None = None) -> int:
        """How many rows a statement changed, in a transaction of its own."""

        async def write(tx: Transaction) -> int:
            return (await tx.execute(statement, values)).rowcount

        return await self.write(write)

    async def grew(self, *tables: Table, by: int) -> None:
        """Let PostgreSQL's planner know of many new rows at once: until its own ANALYZE comes by, it takes a
        campaign of a million for a handful of rows, and sorts all of them for each page."""
        if self.is_sqlite or by < _MANY_ROWS:
            return

        async def analyze(tx: Transaction) -> None:
            for table in tables:
                await tx.execute(text(f"ANALYZE (SKIP_LOCKED) {table.name}"))

        await self.read(analyze)

    async def scrub(self) -> None:
        """Let go of copies that the database itself keeps of former pages, as far as it does that at once."""
        with translated():
            await self._engines.scrub()

    def insert(self, table: Table) -> "postgresql.Insert | sqlite.Insert":
        """An INSERT that knows ON CONFLICT."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def close(self) -> None:
        """Let go of connections."""
        await self._engines.close()


def _postgresql(url: URL) -> Engines:
    from campana.stores.sql.postgresql import Postgresql  # noqa: PLC0415 - SQLite does without its modules

    return Postgresql(url)


class _Sqlite:
    """A thread with the one connection that writes, and a few with connections that read."""

    def __init__(self, url: URL) -> None:
        self._path = Path(url.database or "")
        self._writer = _sqlite_engine(url, _SQLITE_WRITER, writes=True)
        self._reader = _sqlite_engine(url, _SQLITE_READER, writes=False)
        self._writing = ThreadPoolExecutor(1, "campana-sqlite-writer")
        self._reading = ThreadPoolExecutor(_SQLITE_READERS, "campana-sqlite-reader")

    async def read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reading, self._look, work)

    async def write(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writing, self._change, work)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Look]:
        self._check_file()
        with self._reader.connect() as connection:
            connection.exec_driver_sql("BEGIN")

            async def look(query: Executable) -> AsyncIterator[Sequence[Row[Any]]]:
                with translated():
                    result = await asyncio.to_thread(connection.execute, query)
                    while rows := await asyncio.to_thread(result.fetchmany, BATCH):
                        yield rows

            yield look

    async def scrub(self) -> None:
        """Put the journal's pages into the file and empty it, unless somebody reads from it just now."""
        await asyncio.get_running_loop().run_in_executor(self._writing, self._empty_journal)

    def _empty_journal(self) -> None:
        with self._writer.connect() as connection:
            raw: Any = connection.connection.driver_connection
            # Lanes wait behind it: no longer than a moment, then it is left to the next time.
            raw.execute(f"PRAGMA busy_timeout = {_SCRUB_MS}")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            raw.execute(f"PRAGMA {_BUSY}")

    async def close(self) -> None:
        loop = asyncio.get_running_loop()
        for executor, engine in ((self._reading, self._reader), (self._writing, self._writer)):
            await loop.run_in_executor(executor, engine.dispose)
            executor.shutdown(wait=False)

    def _look(self, work: Work[T]) -> T:
        self._check_file()
        with self._reader.connect() as connection:
            return run_through(work(ThreadTransaction(connection)))

    def _change(self, work: Work[T]) -> T:
        self._check_file()
        with self._writer.begin() as connection:
            return run_through(work(ThreadTransaction(connection)))

    def _check_file(self) -> None:
        """SQLite would make an empty database of a missing file, and a mistyped path look like lost data."""
        if not self._path.exists():
            raise StoreUnavailable(f"There is no database at {self._path}; {UPGRADE}")


def _sqlite_engine(url: URL, pragmas: tuple[str, ...], *, writes: bool) -> Engine:
    engine = create_engine(
        url,
        pool_size=1 if writes else _SQLITE_READERS,
        max_overflow=0,
        # Transactions begin where we say (below), not where the driver guesses.
        connect_args={"isolation_level": None, "check_same_thread": False},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in (*_SQLITE_COMMON, *pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    if writes:

        @event.listens_for(engine, "begin")
        def begin_immediate(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
