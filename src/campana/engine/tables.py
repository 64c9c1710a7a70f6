"""Rows for people's spreadsheets: CSV that Excel opens rightly and that cannot make it run anything."""

import csv
import io
from collections.abc import Iterable, Sequence

BOM = "\ufeff"
"""without it Excel takes UTF-8 for the machine's old code page"""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""the full-width ones too: Excel takes them for the others where it writes Japanese or Chinese"""

Cell = str | float | None


def csv_text(rows: Iterable[Sequence[Cell]], *, first: bool = False) -> str:
    """The rows as CSV lines; `first` puts the byte order mark before them."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return (BOM if first else "") + text.getvalue()


def safe(cell: Cell) -> Cell:
    """The cell, with an apostrophe before it where a spreadsheet would take it for a formula.

    For text that came from outside. Our own phone numbers (a plus and digits) go without: they cannot be
    more than a number, and have to stay what the next import reads.
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
