"""Cursors: where the next page begins, as a text that means nothing to whoever carries it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from campana.domain.errors import InvalidInput
from campana.engine.ports import Page
from campana.stores.mongo.database import Collection, Document, Query

T = TypeVar("T")

NEWEST_FIRST = (("createdAt", -1), ("_id", -1))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


async def newest_page(
    collection: Collection,
    query: Query,
    read: Callable[[Document], T],
    *,
    limit: int,
    cursor: str | None,
    by: str = "createdAt",
) -> Page[T]:
    """The page behind the cursor, newest first by that field."""
    behind = _behind(cursor, by) if cursor is not None else {}
    order = ((by, -1), ("_id", -1))
    found = await collection.find_all({**query, **behind}, order=order, limit=limit + 1)
    return Page(tuple(read(one) for one in found[:limit]), _newest_cursor(found, limit, by))


def row_cursor(cursor: str | None) -> int:
    """The row number a cursor of a list in row order stands for."""
    if cursor is None:
        return 0
    try:
        return int(cursor, 36)
    except ValueError:
        raise _wrong() from None


def write_row_cursor(row: int) -> str:
    """The inverse of `row_cursor`."""
    text = ""
    while row:
        row, digit = divmod(row, 36)
        text = _DIGITS[digit] + text
    return text or "0"


def _newest_cursor(found: Sequence[Document], limit: int, by: str) -> str | None:
    if len(found) <= limit:
        return None
    last = found[limit - 1]
    return f"{(last[by] - _EPOCH) // _MILLISECOND:x}-{UUID(last['_id']).hex}"


def _behind(cursor: str, by: str) -> dict[str, Any]:
    millis, _, identity = cursor.partition("-")
    try:
        moment, last = _EPOCH + int(millis, 16) * _MILLISECOND, str(UUID(hex=identity))
    except (ValueError, OverflowError):
        raise _wrong() from None
    return {"$or": [{by: {"$lt": moment}}, {by: moment, "_id": {"$lt": last}}]}


def _wrong() -> InvalidInput:
    return InvalidInput.of("cursor", "this is not a cursor of this list; use next_cursor of the page before")
