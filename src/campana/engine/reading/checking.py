"""Rows of text become recipients, problems and duplicates. The same for files and for rows given inline.

What a recipient's cells keep is what a person reads in them: no characters that can't be seen, no errors of
Excel's formulas, no space around.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from campana.domain.columns import Columns, Wanted, find_columns
from campana.domain.phones import InvalidPhone, Normaliser
from campana.engine.reading.limits import Limits
from campana.engine.reading.table import Row, Table, unreadable

SAMPLE_ROWS = 200
"""how many rows are looked at to find the headings, and which columns hold what"""
BATCH_ROWS = 500
BATCH_CHARACTERS = 256 * 1024
SHOWN_CHARACTERS = 100
BLANK_ROWS_SHOWN = 20

_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2060\ufeff\ud800-\udfff]")
_DROPPED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u2060\ufeff]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_FORMULA_ERRORS = frozenset(
    "#N/A #REF! #VALUE! #NAME? #DIV/0! #NUM! #NULL! #SPILL! #CALC! #GETTING_DATA".split()  # noqa: SIM905
)

Person = tuple[int, str, list[str]]
Problem = tuple[int, str, str, str, bool]
"""row, column, value, reason, and whether it is a duplicate"""


@dataclass(slots=True)
class Batch:
    """Rows that were looked at: recipients, and the problem of each other row."""

    people: list[Person] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    characters: int = 0

    @property
    def full(self) -> bool:
        """Whether it is time to hand it on."""
        return len(self.people) + len(self.problems) >= BATCH_ROWS or self.characters >= BATCH_CHARACTERS


class Checker:
    """Looks at rows one after the other, and remembers which numbers it has seen and what was blank.

    `ragged` is Table's; with `empty_rows` a row with nothing in it is a problem rather than no row.
    """

    def __init__(
        self,
        columns: Columns,
        country: Normaliser,
        limits: Limits,
        *,
        ragged: bool = False,
        empty_rows: bool = False,
    ) -> None:
        self.batch = Batch()
        self.looked_at = 0
        self.columns = columns
        self._width = len(columns.names)
        self._normalise = country
        self._limits = limits
        self._ragged = ragged
        self._empty_rows = empty_rows
        self._seen: dict[int, int] = {}
        self._blank_counts = [0] * self._width
        self._blank_rows: list[list[int]] = [[] for _ in range(self._width)]

    def check(self, row: int, raw: Sequence[str]) -> None:
        """Add the row to the batch, unless it is empty. Raises InvalidInput when there are too many."""
        cells = list(map(str.strip, raw))
        text = "".join(cells)
        if not text.isprintable() or "#" in text:
            cells = list(map(tidy, cells))
            text = "".join(cells)
        if not text and not self._empty_rows:
            return
        self.looked_at += 1
        if self.looked_at > self._limits.rows:
            raise unreadable(f"there are more than {self._limits.rows:,} rows; split the list")
        self.batch.characters += len(text)
        if len(cells) != self._width or len(text) > self._limits.cell:
            reason = self._misfit(cells, text)
            if reason:
                self._problem(row, "", text, reason)
                return
        try:
            phone = self._normalise(cells[self.columns.phone])
        except InvalidPhone as refusal:
            self._problem(row, self.columns.phone_column, cells[self.columns.phone], refusal.reason)
            return
        first = self._seen.setdefault(int(phone), row)
        if first != row:
            reason = f"same number as row {first}"
            self._problem(row, self.columns.phone_column, cells[self.columns.phone], reason, duplicate=True)
            return
        if "" in cells:
            self._count_blanks(row, cells)
        self.batch.people.append((row, phone, cells))

    def take(self) -> Batch:
        """What was gathered since the last time."""
        taken, self.batch = self.batch, Batch()
        return taken

    def blanks(self) -> dict[str, tuple[int, list[int]]]:
        """Columns in which recipients have nothing: how many do, and the first of their rows."""
        return {
            name: (self._blank_counts[place], self._blank_rows[place])
            for place, name in enumerate(self.columns.names)
            if self._blank_counts[place]
        }

    def _misfit(self, cells: list[str], text: str) -> str | None:
        """Why the row can't be used; one only too short, or with empty cells too many, is put right."""
        surplus = "".join(cells[self._width :])
        if surplus and self._ragged:
            return (
                f"the row has {len(cells)} cells, but there are {self._width} columns; "
                "put quotation marks around text with the delimiter in it"
            )
        del cells[self._width :]
        cells.extend([""] * (self._width - len(cells)))
        if any(len(cell) > self._limits.cell for cell in cells):
            return f"a cell has more than {self._limits.cell:,} characters"
        if len(text) > self._limits.line:
            return f"the row has more than {self._limits.line:,} characters"
        return None

    def _problem(self, row: int, column: str, value: str, reason: str, *, duplicate: bool = False) -> None:
        self.batch.problems.append((row, column, value[:SHOWN_CHARACTERS], reason, duplicate))

    def _count_blanks(self, row: int, cells: list[str]) -> None:
        for place, cell in enumerate(cells):
            if not cell:
                self._blank_counts[place] += 1
                if len(self._blank_rows[place]) < BLANK_ROWS_SHOWN:
                    self._blank_rows[place].append(row)


def tidy(cell: str) -> str:
    """What a person reads in a cell; nothing, where a formula went wrong."""
    if _ODD.search(cell):
        cell = _LONE_SURROGATE.sub("\ufffd", _DROPPED.sub("", cell)).strip("\u200b \t\r\n\x85\xa0")
    return "" if cell in _FORMULA_ERRORS else cell.strip()


def begin(table: Table, wanted: Wanted, country: Normaliser, limits: Limits) -> tuple[Checker, Iterator[Row]]:
    """Find headings and columns among the first rows: a checker, and the rows for it.

    Raises InvalidInput when the columns are not found, there are too many, or there is nothing below them.
    """
    sample = _sample(table.rows)
    if not sample:
        raise unreadable("there is nothing in the file" if table.sheet is None else "the sheet is empty")
    width = max(len(cells) for _, cells in sample)
    if width > limits.columns:
        raise unreadable(f"there are {width} columns; {limits.columns} are the most")
    first_rows = [cells for _, cells in sample]
    columns = find_columns(first_rows, wanted, _validity(country), first_column=table.first_column)
    data = sample if columns.header is None else sample[columns.header + 1 :]
    if not data:
        raise unreadable("the file has headings but no rows")
    return Checker(columns, country, limits, ragged=table.ragged), chain(data, table.rows)


def _sample(rows: Iterator[Row]) -> list[Row]:
    """The first rows with something in them, without the empty columns on the right."""
    filled = ((number, list(map(tidy, cells))) for number, cells in rows)
    sample = list(islice(((number, cells) for number, cells in filled if any(cells)), SAMPLE_ROWS))
    width = max((place + 1 for _, cells in sample for place, cell in enumerate(cells) if cell), default=0)
    return [(number, cells[:width]) for number, cells in sample]


def _validity(country: Normaliser) -> Callable[[str], bool]:
    def is_phone(cell: str) -> bool:
        try:
            country(cell)
        except InvalidPhone:
            return False
        return True

    return is_phone
