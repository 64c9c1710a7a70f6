"""What every format is made into: rows of text, each with its number as the owner of the file sees it."""

from collections.abc import Iterator
from dataclasses import dataclass

from campana.domain.errors import InvalidInput

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in order, empty ones among them.

    `ragged` says that cells of a row too long have slipped and are not to be trusted, as after a comma
    without quotes. In a workbook cells can't slip: what stands beyond the headings is a note. `first_column`
    is how many empty columns were left out on the left.
    """

    rows: Iterator[Row]
    ragged: bool
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()
    first_column: int = 0


def unreadable(reason: str) -> InvalidInput:
    """The refusal of a whole file."""
    return InvalidInput.of("file", reason)
