"""Cursors: where the next page begins, as a text that means nothing to whoever carries it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Table, literal, tuple_

from campana.domain.errors import InvalidInput
from campana.stores.sql.columns import Id, Moment, from_micros, to_micros


def newest_first(
    query: Select[Any], table: Table, *, limit: int, cursor: str | None, by: str = "created_at"
) -> Select[Any]:
    """The page behind the cursor, by that time, with one row more to know whether another page follows."""
    if cursor is not None:
        moment, identity = _decode_newest(cursor)
        behind = tuple_(literal(moment, Moment), literal(identity, Id))
        query = query.where(tuple_(table.c[by], table.c.id) < behind)
    return query.order_by(table.c[by].desc(), table.c.id.desc()).limit(limit + 1)


def newest_cursor(rows: Sequence[Row[Any]], limit: int, *, by: str = "created_at") -> str | None:
    """The cursor behind the page's last row; None when there is no row beyond it."""
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return f"{to_micros(last._mapping[by]):x}-{last.id.hex}"


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
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while row:
        row, digit = divmod(row, 36)
        text = digits[digit] + text
    return text or "0"


def _decode_newest(cursor: str) -> tuple[datetime, UUID]:
    micros, _, identity = cursor.partition("-")
    try:
        return from_micros(int(micros, 16)), UUID(hex=identity)
    except (ValueError, OverflowError):
        raise _wrong() from None


def _wrong() -> InvalidInput:
    return InvalidInput.of("cursor", "this is not a cursor of this list; use next_cursor of the page before")
