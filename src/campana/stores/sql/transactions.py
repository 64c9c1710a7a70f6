"""What a verb works with: statements inside of one transaction. Written once, run in two ways.

On PostgreSQL each statement is awaited. On SQLite a whole transaction runs in a thread of its own, and
nothing in it waits: a round trip between threads for each statement would cost more than the statement.
"""

from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, CursorResult, Executable

T = TypeVar("T")

Values = Mapping[str, Any]
Record = tuple[Any, ...]


class Transaction(Protocol):
    """A connection, inside a transaction when it is for writing."""

    @property
    def is_sqlite(self) -> bool:
        """Which of the two it is, where a statement has to know."""

    async def execute(
        self, statement: Executable, values: Values | Sequence[Values] | None = None
    ) -> CursorResult[Any]:
        """A statement of SQLAlchemy, once or for each of the values."""

    async def driver_sql(self, statement: str, values: Record | list[Record]) -> CursorResult[Any]:
        """A statement in the database's own words."""

    async def copy(self, table: str, columns: Sequence[str], records: Iterable[Record]) -> None:
        """Many rows by the fastest way there is."""

    def savepoint(self) -> AbstractAsyncContextManager[object]:
        """What fails inside is undone alone."""


class ThreadTransaction:
    """In SQLite's thread: async only in its signatures."""

    is_sqlite = True

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(
        self, statement: Executable, values: Values | Sequence[Values] | None = None
    ) -> CursorResult[Any]:
        return self._connection.execute(statement, values)

    async def driver_sql(self, statement: str, values: Record | list[Record]) -> CursorResult[Any]:
        return self._connection.exec_driver_sql(statement, values)

    async def copy(self, table: str, columns: Sequence[str], records: Iterable[Record]) -> None:
        places = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - our own names
        self._connection.exec_driver_sql(statement, list(records))

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        with self._connection.begin_nested():
            yield


def run_through(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise RuntimeError("a transaction waits for nothing but its database")
