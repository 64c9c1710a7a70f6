"""An Excel workbook written row by row in a helper process: memory stays flat, and the lanes keep their
turns.

A million rows take a minute of plain computing, which in a thread of the server would hold up everything
else. Run as `python -m campana.engine.workbook PATH`, it reads JSON lines: first the columns as [title,
kind], then lists of rows. Times are seconds since 1970 and become UTC dates; every text stays text.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterable, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import cast

ROWS_A_SHEET = 1_048_575
"""what Excel takes besides the headings (1,048,576 rows in all)"""
_DAYS_TO_1970 = 25_569.0
_DAY_S = 86_400.0

Cell = str | float | None


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"


class WorkbookFailed(RuntimeError):
    """The helper process could not write the workbook; it said why on standard error."""


async def write_workbook(
    path: Path,
    columns: Sequence[tuple[str, Kind]],
    batches: AsyncIterable[Sequence[Sequence[Cell]]],
) -> None:
    """Write the rows to `path`, the next sheet where one is full. Raises WorkbookFailed; OSError for a full
    disk."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(path), stdin=asyncio.subprocess.PIPE
    )
    lines = cast(asyncio.StreamWriter, process.stdin)
    try:
        lines.write(_line(columns))
        async for rows in batches:
            lines.write(_line(rows))
            await lines.drain()
        lines.close()
        status = await process.wait()
    except (BrokenPipeError, ConnectionResetError):
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0:
        raise WorkbookFailed(f"the helper process that writes the workbook ended with status {status}")


class Workbook:
    """Grows by `add`; the file is there after `close`."""

    def __init__(self, path: Path, columns: Sequence[tuple[str, Kind]], *, rows_a_sheet: int) -> None:
        import xlsxwriter  # noqa: PLC0415 - only the helper process writes

        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
        self._columns = columns
        self._rows_a_sheet = rows_a_sheet
        self._heading = self._book.add_format({"bold": True})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._add_sheet()

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Append rows; a full sheet is followed by another."""
        for cells in rows:
            if self._row == self._rows_a_sheet:
                self._add_sheet()
            self._row += 1
            for column, cell in enumerate(cells):
                self._write(column, cell)

    def close(self) -> None:
        """Write the file. Without rows it has the headings alone."""
        self._book.close()

    def _add_sheet(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._row = 0
        for column, (title, _) in enumerate(self._columns):
            self._sheet.set_column(column, column, 22)
            self._sheet.write_string(0, column, title, self._heading)

    def _write(self, column: int, cell: Cell) -> None:
        if cell is None or cell == "":
            return
        match self._columns[column][1]:
            case Kind.TIME:
                self._sheet.write_number(self._row, column, float(cell) / _DAY_S + _DAYS_TO_1970, self._time)
            case Kind.NUMBER:
                self._sheet.write_number(self._row, column, cell)
            case _:
                # Never write(): that makes formulas, links and numbers of what looks like them.
                self._sheet.write_string(self._row, column, cell)


def main() -> None:
    """The helper process: JSON lines from standard input into the file named."""
    os.nice(10)
    lines = iter(sys.stdin)
    columns = [(title, Kind(kind)) for title, kind in json.loads(next(lines))]
    workbook = Workbook(Path(sys.argv[1]), columns, rows_a_sheet=ROWS_A_SHEET)
    for line in lines:
        workbook.add(json.loads(line))
    workbook.close()


def _line(part: object) -> bytes:
    return json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


if __name__ == "__main__":
    main()
