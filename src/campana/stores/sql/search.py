"""Finding people of a list by a part of their number or the beginning of their name, fast in a million.

No ordinary index finds a part of a number. So the numbers and names of each thousand rows stand packed in two
texts beside the list; searching these is a run through memory, and names are folded here, in any script.
"""

import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, or_, select

from campana.domain.recipients import Recipient
from campana.stores.sql.columns import holds
from campana.stores.sql.schema import recipient_search
from campana.stores.sql.transactions import Record, Transaction

SEARCH_COLUMNS = ("list_id", "first_row", "last_row", "numbers", "names")
_ROWS_A_TEXT = 1000
_MOST_TEXTS = 128
_NOT_DIGITS = re.compile(r"[\s()+.\-/]+")


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: a name that begins like this, or a number with these digits in it, if any."""

    name: str
    digits: str

    @classmethod
    def of(cls, q: str) -> "Search":
        """The search that somebody typed."""
        digits = _NOT_DIGITS.sub("", q)
        return cls("\t" + _folded(q), digits if digits.isascii() and digits.isdigit() else "")


def search_records(list_id: Any, people: Sequence[Recipient]) -> Iterator[Record]:
    """What is stored beside these recipients, in the order of SEARCH_COLUMNS. They come in row order."""
    for start in range(0, len(people), _ROWS_A_TEXT):
        some = people[start : start + _ROWS_A_TEXT]
        numbers = "\n".join(f"{one.row}\t{one.phone}" for one in some)
        names = "\n".join(f"{one.row}\t{_folded(one.name)}" for one in some)
        yield (list_id, some[0].row, some[-1].row, numbers, names)


async def matching_rows(
    tx: Transaction, list_id: UUID, search: Search, after: int
) -> AsyncGenerator[list[int], None]:
    """The rows behind `after` that match, some at a time, in order.

    Texts are looked at in growing stretches: what many match is found in the first, what few do soon enough.
    """
    table = recipient_search.c
    of_list = select(table.first_row).where(table.list_id == list_id, table.last_row > after)
    firsts = (await tx.execute(of_list.order_by(table.first_row))).scalars().all()
    start, size = 0, 1
    while start < len(firsts):
        stretch = firsts[start : start + size]
        for text in (await tx.execute(_texts_with(list_id, search, (stretch[0], stretch[-1])))).all():
            if rows := sorted({row for row in _rows_of(text, search) if row > after}):
                yield rows
        start, size = start + size, min(2 * size, _MOST_TEXTS)


def _texts_with(list_id: UUID, search: Search, stretch: tuple[int, int]) -> Select[Any]:
    table = recipient_search.c
    matches = [holds(table.names, search.name)]
    if search.digits:
        matches.append(holds(table.numbers, search.digits))
    mine = (table.list_id == list_id) & table.first_row.between(*stretch)
    return select(table.numbers, table.names).where(mine, or_(*matches)).order_by(table.first_row)


def _rows_of(text: Row[Any], search: Search) -> Iterator[int]:
    yield from _rows_in(text.names, search.name)
    if search.digits:
        yield from _rows_in(text.numbers, search.digits)


def _rows_in(text: str, part: str) -> Iterator[int]:
    """The rows of a packed text that have the part behind their number."""
    place = text.find(part)
    while place >= 0:
        line = text.rfind("\n", 0, place) + 1
        tab = text.find("\t", line)
        if place < tab:  # it was the row's number
            place = text.find(part, tab)
            continue
        yield int(text[line:tab])
        end = text.find("\n", place)
        place = text.find(part, end) if end >= 0 else -1


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
