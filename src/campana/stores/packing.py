"""Finding people of a list by a part of their number or the beginning of their name, fast in a million.

No ordinary index finds a part of a number. So the numbers and names of each thousand rows stand packed in two
texts beside the list; searching these is a run through memory, and names are folded here, in any script.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from campana.domain.recipients import Recipient

MOST_TEXTS = 128
"""how many packs are asked for at once, at most"""
_ROWS_A_TEXT = 1000
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

    def rows_of(self, numbers: str, names: str) -> Iterator[int]:
        """The rows of a pack that match, some of them perhaps twice."""
        yield from _rows_in(names, self.name)
        if self.digits:
            yield from _rows_in(numbers, self.digits)


@dataclass(frozen=True, slots=True)
class Pack:
    """About a thousand people, from the first row to the last: a line each with row, tab and text."""

    first_row: int
    last_row: int
    numbers: str
    names: str


def packs(people: Sequence[Recipient]) -> Iterator[Pack]:
    """What is stored beside these recipients. They come in row order."""
    for start in range(0, len(people), _ROWS_A_TEXT):
        some = people[start : start + _ROWS_A_TEXT]
        yield Pack(
            some[0].row,
            some[-1].row,
            numbers="\n".join(f"{one.row}\t{one.phone}" for one in some),
            names="\n".join(f"{one.row}\t{_folded(one.name)}" for one in some),
        )


def stretches(first_rows: Sequence[int]) -> Iterator[Sequence[int]]:
    """Packs, by their first rows, in growing stretches: what many match is found in the first, what few do
    soon enough."""
    start, size = 0, 1
    while start < len(first_rows):
        yield first_rows[start : start + size]
        start, size = start + size, min(2 * size, MOST_TEXTS)


def without_row(text: str, row: int) -> str:
    """A packed text without one person's line."""
    return "\n".join(line for line in text.split("\n") if not line.startswith(f"{row}\t"))


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
