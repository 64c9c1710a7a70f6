"""How work runs on PostgreSQL: by asyncpg, in a pool of connections."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

import structlog
from sqlalchemy import CursorResult, Executable, Row, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from campana.stores.sql.database import BATCH, Look, Work
from campana.stores.sql.failures import sqlstate, translated
from campana.stores.sql.transactions import Record, Values

log = structlog.get_logger(__name__)

T = TypeVar("T")

SESSION = {
    "application_name": "campana",
    "jit": "off",  # compiling costs more than any statement here
    # Joins here go from few rows to few rows by key; merging would read a list from its beginning each time.
    "enable_mergejoin": "off",
    # A process that stopped, or is cut off, must not keep its lane's row locked: its session ends before its
    # lease does, so that the lane can be taken over then. And whoever waits gives up before that: another
    # session of the same process would get the lock next, and keep it as long again.
    "lock_timeout": "4s",
    "idle_in_transaction_session_timeout": "5s",
    # That timeout does not run while the server waits for the rest of a statement: the driver has it parsed
    # first, and sends the values when it hears of that. Of a client cut off in between, TCP has to tell; of
    # one that sleeps there, see _end_unfinished.
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "5000",  # ms; keepalives pause while an answer waits to be acknowledged
}

_LOCK_NOT_HAD = "55P03"
_END_UNFINISHED = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND application_name = 'campana'"
    " AND state = 'active' AND wait_event = 'ClientRead' AND query NOT ILIKE 'copy %'"
    " AND state_change < clock_timestamp() - interval '5 s'"
)
"""Ends sessions of ours for whom the server waits within a statement, other than for the rows of a COPY."""


class Postgresql:
    """A pool of connections, each for one piece of work at a time."""

    def __init__(self, url: URL) -> None:
        self._writer = _engine(url)
        self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")

    async def read(self, work: Work[T]) -> T:
        async with self._reader.connect() as connection:
            return await work(AwaitedTransaction(connection))

    async def write(self, work: Work[T]) -> T:
        try:
            async with self._writer.begin() as connection:
                return await work(AwaitedTransaction(connection))
        except DBAPIError as error:
            if sqlstate(error) == _LOCK_NOT_HAD:
                await self._end_unfinished()
            raise

    async def _end_unfinished(self) -> None:
        """A process that was stopped in the middle of a statement keeps its locks: TCP takes it for well."""
        async with self._reader.connect() as connection:
            ended = await connection.scalar(_END_UNFINISHED)
        if ended:
            log.warning("database.sessions_ended", sessions=ended)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Look]:
        engine = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with engine.connect() as connection:
            # Whoever takes the records may be slow.
            await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))

            async def look(query: Executable) -> AsyncIterator[Sequence[Row[Any]]]:
                with translated():
                    async with connection.stream(query) as result:
                        async for rows in result.partitions(BATCH):
                            yield rows

            yield look

    async def scrub(self) -> None:
        """Rows as they were go with the server's own VACUUM and its archive of changes."""

    async def close(self) -> None:
        await self._writer.dispose()


class AwaitedTransaction:
    """On the event loop, by asyncpg."""

    is_sqlite = False

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def execute(
        self, statement: Executable, values: Values | Sequence[Values] | None = None
    ) -> CursorResult[Any]:
        return await self._connection.execute(statement, values)

    async def driver_sql(self, statement: str, values: Record | list[Record]) -> CursorResult[Any]:
        return await self._connection.exec_driver_sql(statement, values)

    async def copy(self, table: str, columns: Sequence[str], records: Iterable[Record]) -> None:
        raw: Any = (await self._connection.get_raw_connection()).driver_connection
        await raw.copy_records_to_table(table, records=records, columns=columns)

    def savepoint(self) -> AbstractAsyncContextManager[object]:
        return self._connection.begin_nested()


def _engine(url: URL) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=10,
        max_overflow=0,  # connections beyond the pool would be opened and closed again and again
        pool_timeout=10,
        connect_args={"timeout": 5, "command_timeout": 60, "server_settings": SESSION},
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "checkout")
    def refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
        # The driver notices the end of a connection by itself; asking the server each time would cost a
        # round trip.
        if connection.driver_connection.is_closed():
            raise DisconnectionError

    return engine
