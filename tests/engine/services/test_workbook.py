"""Workbooks and CSV as a spreadsheet program opens them: text stays text, nothing runs, sheets follow one
another."""

import csv
import io
from datetime import UTC, datetime

import openpyxl
import pytest

from campana.engine import workbook
from campana.engine.tables import BOM, csv_text, safe
from campana.engine.workbook import Kind, Workbook, WorkbookFailed, write_workbook

COLUMNS = [("row", Kind.NUMBER), ("text", Kind.TEXT), ("at", Kind.TIME)]
MOMENT = datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC)

NASTY = [
    "=1+1",
    '=HYPERLINK("http://evil.example","x")',
    "+919812345678",
    "-1",
    "@SUM(A1)",
    "https://example.com/x",
    "007",
    "ना\U0001f600",
    '"quoted", with comma',
]


async def batches(*rows):
    for row in rows:
        yield [row]


async def test_texts_stay_texts_numbers_numbers_and_times_dates(tmp_path):
    path = tmp_path / "book.xlsx"
    await write_workbook(
        path, COLUMNS, batches(*([i, text, MOMENT.timestamp()] for i, text in enumerate(NASTY)))
    )
    sheet = openpyxl.load_workbook(path).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("row", "text", "at")
    assert [row[1] for row in rows[1:]] == NASTY
    assert all(cell.data_type == "s" for (cell,) in sheet.iter_rows(min_row=2, min_col=2, max_col=2))
    assert [row[0] for row in rows[1:]] == list(range(len(NASTY)))
    assert {row[2] for row in rows[1:]} == {MOMENT.replace(tzinfo=None)}
    assert not sheet._hyperlinks


async def test_without_rows_there_are_the_headings(tmp_path):
    path = tmp_path / "book.xlsx"
    await write_workbook(path, COLUMNS, batches())
    assert list(openpyxl.load_workbook(path).active.values) == [("row", "text", "at")]


async def test_a_helper_that_cannot_write_is_told(tmp_path, capfd):
    with pytest.raises(WorkbookFailed):
        await write_workbook(tmp_path / "missing" / "book.xlsx", COLUMNS, batches([1, "x", None]))
    assert "missing" in capfd.readouterr().err


async def test_rows_that_break_off_leave_no_helper_behind(tmp_path):
    async def broken():
        yield [[1, "x", None]]
        raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError):
        await write_workbook(tmp_path / "book.xlsx", COLUMNS, broken())


def test_a_full_sheet_is_followed_by_another(tmp_path):
    path = tmp_path / "book.xlsx"
    book = Workbook(path, COLUMNS, rows_a_sheet=3)
    book.add([[i, f"row {i}", None] for i in range(7)])
    book.close()
    sheets = openpyxl.load_workbook(path).worksheets
    assert [[row[0] for row in sheet.values] for sheet in sheets] == [
        ["row", 0, 1, 2],
        ["row", 3, 4, 5],
        ["row", 6],
    ]


def test_excel_takes_no_more_rows_than_this():
    assert workbook.ROWS_A_SHEET + 1 == 2**20


def test_csv_reads_back_as_it_was_written():
    text = csv_text([["a", "b"], *([index, each] for index, each in enumerate(NASTY))], first=True)
    assert text.startswith(BOM)
    assert [row[1] for row in csv.reader(io.StringIO(text.removeprefix(BOM)))] == ["b", *NASTY]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Asha", "", None, "a=1", 5])
def test_other_cells_stay_as_they_are(text):
    assert safe(text) == text
