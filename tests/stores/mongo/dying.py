"""A store whose process dies between two statements: nothing it had still to do is done."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from campana.stores.mongo.database import Collection, Database
from campana.stores.mongo.store import MongoStore

ONE = ("add", "change", "changed", "change_all", "take_away", "remove")
MANY = ("add_all", "add_missing", "change_each")
"""Statements with several parts, which may be cut off within."""


class Died(BaseException):
    """The end of the process. Nothing catches it."""


class DyingDatabase(Database):
    """Carries out `left` writes; of the one after them half, if it has parts."""

    def __init__(self, url: str, left: int) -> None:
        super().__init__(url)
        self.left = left

    def __getitem__(self, name: str) -> Collection:
        return _DyingCollection(self, super().__getitem__(name))  # type: ignore[return-value]


class _DyingCollection:
    def __init__(self, database: DyingDatabase, inner: Collection) -> None:
        self._database = database
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        statement = getattr(self._inner, name)
        if name in MANY:
            return self._dying(statement, halves=True)
        return self._dying(statement, halves=False) if name in ONE else statement

    def _dying(self, statement: Callable[..., Any], *, halves: bool) -> Callable[..., Any]:
        async def carried_out(first: Sequence[Any], *rest: Any, **options: Any) -> Any:
            self._database.left -= 1
            if self._database.left >= 0:
                return await statement(first, *rest, **options)
            if halves:
                await statement(first[: len(first) // 2])
            raise Died

        return carried_out


@asynccontextmanager
async def dying(url: str, *, after: int) -> AsyncIterator[MongoStore]:
    """A store on that database that dies after so many writes."""
    database = DyingDatabase(url, after)
    try:
        yield MongoStore(database)
    finally:
        await database.close()
