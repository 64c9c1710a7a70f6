"""Workbooks as people really have them, made by real writers and read by the real process."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.imports.conftest import Desk

ASHA, RAVI = "+919812345678", "+919876543210"

Write = Callable[..., Path]


async def test_cells_become_the_text_a_person_sees(desk: Desk, workbook: Write) -> None:
    headings = ["Mobile No", "Name", "Paid", "Due", "At", "Amount", "Visits", "Spent", "Long"]
    due = dt.date(2025, 3, 5)
    at = dt.datetime.combine(due, dt.time(14, 30))
    row = [919812345678, "Asha", True, due, at, 1250.5, 3, 0.1 + 0.2, 10**14]
    imported = await desk.take(workbook(("Data", [headings, row])))
    assert await desk.phones(imported) == [ASHA]
    assert imported.preview[0]["values"] == {
        "Mobile No": "919812345678",
        "Name": "Asha",
        "Paid": "TRUE",
        "Due": "2025-03-05",
        "At": "2025-03-05 14:30",
        "Amount": "1250.5",
        "Visits": "3",
        "Spent": "0.3",
        "Long": "100000000000000",
    }
    assert imported.recipients.sheet == "Data"


async def test_times_and_durations(desk: Desk, workbook: Write) -> None:
    rows = [
        ["phone", "opens", "takes", "at"],
        ["9812345678", dt.time(9, 5), dt.timedelta(hours=30), dt.time(9, 5, 7)],
    ]
    imported = await desk.take(workbook(("Data", rows)))
    assert (await desk.values(imported))[0][1:] == ("09:05", "30:00", "09:05:07")


async def test_numbers_of_all_kinds_in_one_column(desk: Desk, workbook: Write) -> None:
    written: list[Any] = [9812345678, "9876543210", 919810000001.0, "'9810000002", "+91 98100 00003", -98100]
    imported = await desk.take(workbook(("Data", [["phone"], *([cell] for cell in written)])))
    assert await desk.phones(imported) == [ASHA, RAVI, *(f"+91981000000{last}" for last in (1, 2, 3))]
    assert "took a number for a sum" in imported.problems[0].reason


async def test_rows_keep_their_numbers_past_empty_rows_and_columns(desk: Desk, workbook: Write) -> None:
    rows: list[list[Any]] = [
        *([], [None, None, "Customers of March"], []),
        [None, None, "Phone", None, "Name"],
        *([], [None, None, 9812345678, None, "Asha"], [], []),
        [None, None, 12, None, "Ravi"],
    ]
    imported = await desk.take(workbook(("Data", rows)))
    assert imported.recipients.columns == ("Phone", "Column D", "Name")
    assert [row["row"] for row in imported.preview] == [6]
    assert [problem.row for problem in imported.problems] == [9]


async def test_headings_that_are_numbers_or_missing(desk: Desk, workbook: Write) -> None:
    rows = [[None, "phone", 2024, None], ["x", 9812345678, "a", "b"]]
    imported = await desk.take(workbook(("Data", rows)))
    assert imported.recipients.columns == ("Column A", "phone", "2024", "Column D")


async def test_a_note_beside_the_table_does_not_cost_a_recipient(desk: Desk, workbook: Write) -> None:
    people = [[f"98{row:08}", "x"] for row in range(300)]
    people[250] = [*people[250], "", "call her back"]
    imported = await desk.take(workbook(("Data", [["phone", "name"], *people])))
    assert (imported.recipients.valid, imported.recipients.columns) == (300, ("phone", "name"))


async def test_the_first_visible_sheet_with_data_is_read_unless_one_is_named(
    desk: Desk, workbook: Write
) -> None:
    path = workbook(
        ("Old", [["phone"], ["9810000001"]]),
        ("Empty", []),
        ("March", [["phone"], ["9812345678"]]),
        ("April", [["phone"], ["9876543210"]]),
        hidden=["Old"],
    )
    assert (await desk.take(path)).recipients.sheet == "March"
    named = await desk.take(path, sheet=" april ")
    assert (named.recipients.sheet, await desk.phones(named)) == ("April", [RAVI])
    assert (await desk.take(path, sheet="Old")).recipients.sheet == "Old"


async def test_a_sheet_that_is_not_there_or_holds_no_numbers_is_told_with_the_others(
    desk: Desk, workbook: Write
) -> None:
    path = workbook(("Cover", [["Read", "me"]]), ("People", [["phone"], ["9812345678"]]), ("Empty", []))
    assert "sheet: there is no sheet 'Mai'; there are: Cover, People, Empty" in await desk.refusal(
        path, sheet="Mai"
    )
    reasons = await desk.refusal(path)
    assert "phone_column: no column of phone numbers was found; the columns are: Read, me" in reasons
    assert "sheet: only 'Cover' was read; name a sheet to read another one: People, Empty" in reasons
    assert "the sheet is empty" in await desk.refusal(path, sheet="Empty")


async def test_old_workbooks(desk: Desk, tmp_path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Kunden")
    for column, heading in enumerate(["Name", "Telefon", "Seit", "Aktiv"]):
        sheet.write(2, column, heading)
    date = xlwt.easyxf(num_format_str="DD.MM.YYYY")
    sheet.write(4, 0, "Müller")
    sheet.write(4, 1, 491711234567)
    sheet.write(4, 2, dt.date(2024, 12, 24), date)
    sheet.write(4, 3, True)
    sheet.write(5, 0, "Öz")
    sheet.write(5, 1, "0171 1234568")
    path = tmp_path / "kunden.xls"
    book.save(str(path))
    imported = await desk.take(path, country="DE")
    assert imported.recipients.sheet == "Kunden"
    assert await desk.phones(imported) == ["+491711234567", "+491711234568"]
    assert (await desk.values(imported))[0] == ("Müller", "491711234567", "2024-12-24", "TRUE")
    assert imported.preview[0]["row"] == 5


async def test_formulas_count_by_their_values_and_errors_are_nothing(desk: Desk, tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "formulas.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["phone", "name"])
        sheet.write_formula(1, 0, "=9812345678+0", None, 9812345678)
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
    imported = await desk.take(path)
    assert await desk.values(imported) == [("9812345678", "")]


async def test_a_workbook_in_disguise_is_known_by_its_content(desk: Desk, workbook: Write) -> None:
    imports = desk.imports()
    with workbook(("S", [["phone"], ["9812345678"]])).open("rb") as file:
        imported = await imports.add_file(desk.person, "people.csv", file, "IN")
    assert await desk.phones(imported) == [ASHA]


URN = "urn:oasis:names:tc:opendocument:xmlns:"
SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
ODS_ROWS = (
    '<table:table-row><table:table-cell office:value-type="string"><text:p>Phone</text:p></table:table-cell>'
    "</table:table-row><table:table-row>"
    '<table:table-cell office:value-type="float" office:value="9812345678"><text:p>9.8E9</text:p>'
    "</table:table-cell></table:table-row>"
    '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
)
NAMESPACES = " ".join(f'xmlns:{name}="{URN}{name}:1.0"' for name in ("office", "table", "text"))
ODS = {
    "mimetype": SPREADSHEET,
    "content.xml": f"<office:document-content {NAMESPACES}><office:body><office:spreadsheet>"
    f'<table:table table:name="People">{ODS_ROWS}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>",
    "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{URN}manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{SPREADSHEET}"/></manifest:manifest>',
}


async def test_opendocument_spreadsheets(desk: Desk, tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "people.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ODS.items():
            archive.writestr(name, content)
    imported = await desk.take(path)
    assert (imported.recipients.sheet, await desk.phones(imported)) == ("People", [ASHA])


@pytest.mark.parametrize("rows", [0, 1])
async def test_headings_only_and_nothing_at_all(desk: Desk, workbook: Write, rows: int) -> None:
    reasons = await desk.refusal(workbook(("S", [["phone", "name"]][:rows])))
    assert ("the file has headings but no rows" if rows else "the workbook is empty") in reasons
