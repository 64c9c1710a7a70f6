"""Connections and transactions: one writer beside readers in SQLite, a pool in PostgreSQL. Knows no verb."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from campana.domain.errors import StoreUnavailable
from campana.stores.sql.failures import UPGRADE, translated

_SQLITE_READERS = 4
_SQLITE_COMMON = ("foreign_keys = ON", "busy_timeout = 10000", "temp_store = MEMORY")
_SQLITE_WRITER = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "cache_size = -32000",  # KiB; holds the index pages that random provider ids touch
    "wal_autocheckpoint = 16000",  # pages; a page changed by many batches is copied to the file once
)
_SQLITE_READER = ("query_only = ON", "cache_size = -4000")

_POSTGRESQL_SESSION = {
    "application_name": "campana",
    "jit": "off",  # compiling costs more than any statement here
    "lock_timeout": "10s",
    # A stopped process must not keep its lane's row locked: its session ends, and the lane can be taken over.
    "idle_in_transaction_session_timeout": "10s",
}


class Database:
    """`read` and `write` are the only ways in; both translate what goes wrong (see failures)."""

    def __init__(self, url: URL) -> None:
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._path = Path(url.database or "") if self.is_sqlite else None
        self._turn = asyncio.Lock() if self.is_sqlite else None
        if self.is_sqlite:
            self._writer = _sqlite_engine(url, _SQLITE_WRITER, writes=True)
            self._reader = _sqlite_engine(url, _SQLITE_READER, writes=False)
        else:
            self._writer = _postgresql_engine(url)
            self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for looking: each statement sees what was committed before it."""
        self._check_file()
        with translated():
            async with self._reader.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed, durably, when the block ends well; undone when it raises."""
        self._check_file()
        with translated():
            if self._turn is None:
                async with self._writer.begin() as connection:
                    yield connection
                return
            async with self._turn, self._writer.begin() as connection:
                yield connection

    def insert(self, table: Table) -> "postgresql.Insert | sqlite.Insert":
        """An INSERT that knows ON CONFLICT."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def close(self) -> None:
        """Let go of connections."""
        await self._writer.dispose()
        if self.is_sqlite:
            await self._reader.dispose()

    def _check_file(self) -> None:
        """SQLite would make an empty database of a missing file, and a mistyped path look like lost data."""
        if self._path is not None and not self._path.exists():
            raise StoreUnavailable(f"There is no database at {self._path}; {UPGRADE}")


async def driver_connection(connection: AsyncConnection) -> Any:
    """The driver's own connection, inside the running transaction, for what SQLAlchemy has no words for."""
    return (await connection.get_raw_connection()).driver_connection


def _sqlite_engine(url: URL, pragmas: tuple[str, ...], *, writes: bool) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=1 if writes else _SQLITE_READERS,
        max_overflow=0,
        # Transactions begin where we say (below), not where the driver guesses.
        connect_args={"isolation_level": None},
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def set_pragmas(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in (*_SQLITE_COMMON, *pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    if writes:

        @event.listens_for(engine.sync_engine, "begin")
        def begin_immediate(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql_engine(url: URL) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_timeout=10,
        connect_args={"timeout": 5, "command_timeout": 60, "server_settings": _POSTGRESQL_SESSION},
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "checkout")
    def refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
        # The driver notices the end of a connection by itself; asking the server each time would cost a
        # round trip.
        if connection.driver_connection.is_closed():
            raise DisconnectionError

    return engine
