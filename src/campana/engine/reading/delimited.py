"""Delimited text, streamed: commas, semicolons, tabs or bars, whichever makes the first rows into a table."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from campana.domain.headings import phone_rank
from campana.engine.reading.encodings import encoding_of
from campana.engine.reading.limits import Limits
from campana.engine.reading.table import Row, Table, unreadable

DELIMITERS = (",", ";", "\t", "|")
LONGEST_FIELD = 131_072
"""Where a field goes on beyond this a quotation mark was not closed, or the file is no table."""
_ROWS_COMPARED = 60
_CHARACTERS_COMPARED = 256 * 1024


def read_delimited(file: BinaryIO, limits: Limits) -> Table:
    """The rows of the text. Raises InvalidInput, while they are read as well."""
    encoding = encoding_of(file)
    file.seek(0)
    # With newline="" the csv module sees line ends as they are, and takes CRLF, LF and CR alike.
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    named = _named_delimiter(text)
    longest = LONGEST_FIELD * (limits.columns + 1)
    # The line that was being read is read to its end: no row is to be cut in two.
    beginning = "" if named else text.read(_CHARACTERS_COMPARED) + text.readline(longest)
    delimiter = named or likely_delimiter(beginning)
    return Table(rows=_rows(_lines(text, beginning, longest), delimiter), ragged=True)


def likely_delimiter(beginning: str) -> str:
    """The character that cuts the first rows into the same number of cells, quotes respected.

    A heading that names phone numbers speaks for it, too: addresses may hold as many commas in each row as
    the row has columns.
    """
    return max(DELIMITERS, key=lambda delimiter: _fitness(beginning, delimiter))


def _fitness(beginning: str, delimiter: str) -> tuple[bool, float, int]:
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) == _ROWS_COMPARED:
                break
    except csv.Error:
        return (False, 0.0, 0)
    widths = Counter(len(row) for row in rows)
    width, agreeing = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(1, 0))
    if width < 2:
        return (False, 0.0, 0)
    heading = any(phone_rank(cell) for row in rows[:10] for cell in row if len(row) == width)
    return (heading, agreeing / len(rows), width)


def _named_delimiter(text: io.TextIOWrapper) -> str | None:
    """Excel's own first line `sep=;`. It is not one of the rows that the owner of the file sees."""
    line = text.readline(8)
    if line.strip().lower().startswith("sep=") and len(line.strip("\r\n")) == 5:
        return line.strip("\r\n")[4]
    text.seek(0)
    return None


def _lines(text: io.TextIOWrapper, beginning: str, longest: int) -> Iterator[str]:
    """Lines, none longer than can be a row: a file of one endless line must not fill the memory."""
    yield from io.StringIO(beginning, newline="").readlines()
    yield from iter(partial(text.readline, longest), "")


def _rows(lines: Iterator[str], delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, cells
    except csv.Error as error:
        if "field limit" in str(error):
            raise unreadable(
                f"row {number + 1} has a cell of more than {LONGEST_FIELD:,} characters; "
                "perhaps a quotation mark before it was not closed"
            ) from None
        raise unreadable(f"row {number + 1} can't be read: {error}") from None
