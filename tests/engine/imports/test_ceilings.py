"""What a file may cost: memory, time, rows, columns. Hostile ones are refused, the server none the worse."""

import asyncio
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from campana.engine.reading.limits import MIB, Limits
from tests.engine.imports.conftest import Desk, readers

MEMORY = Limits(memory_bytes=256 * MIB)

WORKBOOK_PARTS = {
    "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Target="xl/workbook.xml" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument"/></Relationships>',
    "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
    "xl/workbook.xml": '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
    '2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/'
    'package/2006/relationships"><Relationship Id="rId1" Target="worksheets/sheet1.xml" Type="http://schemas.'
    'openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>',
}
SHEET_START = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
)
SHEET_START += b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>phone</t></is></c></row>'
SHEET_END = b"</sheetData></worksheet>"
ONE_HUGE_CELL = b'<row r="2"><c r="A2" t="inlineStr"><is><t>%s</t></is></c></row>'
FAR_AWAY_CELL = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'


def made_up_workbook(path: Path, rows: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in WORKBOOK_PARTS.items():
            archive.writestr(name, content)
        archive.writestr("xl/worksheets/sheet1.xml", SHEET_START + rows + SHEET_END)
    return path


def with_a_lying_directory(path: Path) -> Path:
    """Every part is said to be a thousand bytes when unpacked."""
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = 0
        while (place := content.find(signature, place)) >= 0:
            struct.pack_into("<I", content, place + offset, 1000)
            place += 4
    path.write_bytes(content)
    return path


@pytest.fixture
def bomb(tmp_path: Path) -> Path:
    """A real zip bomb: a sheet with one cell of 300 MiB in some 1.3 MiB."""
    path = made_up_workbook(tmp_path / "bomb.xlsx", ONE_HUGE_CELL % (b"9" * (300 * MIB)))
    assert path.stat().st_size < 4 * MIB
    return path


async def test_a_zip_bomb_is_known_by_its_directory(desk: Desk, bomb: Path) -> None:
    assert "it looks like a zip bomb" in await desk.refusal(bomb)


async def test_a_zip_bomb_whose_directory_lies_is_not_unpacked(desk: Desk, bomb: Path) -> None:
    assert "the workbook is damaged" in await desk.refusal(with_a_lying_directory(bomb), limits=MEMORY)


async def test_a_zip_bomb_that_gets_by_hits_the_memory_ceiling(desk: Desk, bomb: Path) -> None:
    limits = replace(MEMORY, packing_ratio=2000)
    assert "needs more memory than is allowed (256 MB)" in await desk.refusal(bomb, limits=limits)


async def test_a_cell_at_the_end_of_the_sheet_hits_the_memory_ceiling(desk: Desk, tmp_path: Path) -> None:
    path = made_up_workbook(tmp_path / "far.xlsx", FAR_AWAY_CELL)
    assert "delete what stands far below or to the right" in await desk.refusal(path)


async def test_the_server_does_not_grow_with_what_is_read(desk: Desk, tmp_path: Path) -> None:
    """A cell of 200 MB, in a text that never ends its quotation."""
    path = tmp_path / "cell.csv"
    with path.open("wb") as file:
        file.write(b'phone,note\n9812345678,"')
        for _ in range(200):
            file.write(b"x" * MIB)
    before = psutil.Process().memory_info().rss
    assert "row 2 has a cell of more than 131,072 characters" in await desk.refusal(path, limits=MEMORY)
    assert psutil.Process().memory_info().rss - before < 50 * MIB


async def test_too_many_rows(desk: Desk) -> None:
    rows = [f"98{row:08}" for row in range(5001)]
    limits = Limits(rows=5000)
    assert (
        await desk.take("\n".join(["phone", *rows[:-1]]).encode(), limits=limits)
    ).recipients.valid == 5000
    desk.begun.clear()
    await desk.store.drop_list(
        desk.account.id, (await desk.store.recipient_lists(desk.account.id, limit=1)).items[0].id
    )
    reason = await desk.refusal("\n".join(["phone", *rows]).encode(), limits=limits)
    assert "more than 5,000 rows" in reason


async def test_too_many_columns(desk: Desk, workbook: Callable[..., Path]) -> None:
    headings = ["phone", *(f"c{number}" for number in range(200))]
    assert "there are 201 columns; 200 are the most" in await desk.refusal(
        ",".join(headings).encode() + b"\n9812345678" + b",x" * 200
    )
    path = workbook(("S", [headings, ["9812345678"]]))
    assert "there are 201 columns; 200 are the most" in await desk.refusal(path)


async def test_too_large_a_file(desk: Desk) -> None:
    reason = await desk.refusal(b"phone\n" + b"9812345678\n" * 200_000, limits=Limits(file_bytes=MIB))
    assert "the file is larger than 1 MB" in reason


async def test_a_workbook_too_large_when_unpacked(desk: Desk, workbook: Callable[..., Path]) -> None:
    path = workbook(("S", [["phone"], *([f"98{row:08}"] for row in range(3000))]))
    assert "too large when unpacked" in await desk.refusal(path, limits=Limits(unpacked_bytes=50_000))


async def test_a_ceiling_on_the_time_by_the_clock(desk: Desk) -> None:
    reason = await desk.refusal(b"phone\n9812345678\n", limits=Limits(wall_s=0.01))
    assert "took longer than" in reason
    assert readers() == []


async def test_a_ceiling_on_processor_time(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "slow.csv"
    path.write_text("phone\n" + "44791112345\n" * 400_000)
    assert "more time than is allowed" in await desk.refusal(path, limits=Limits(cpu_s=1))


async def test_a_row_of_many_long_cells(desk: Desk) -> None:
    cells = ",".join("x" * 30_000 for _ in range(10))
    head = "phone," + ",".join(f"c{number}" for number in range(10))
    imported = await desk.take(f"{head}\n9812345678,{cells}\n9876543210\n".encode())
    assert (imported.recipients.valid, imported.recipients.invalid) == (1, 1)
    assert imported.problems[0].reason == "the row has more than 262,144 characters"


async def test_others_are_answered_while_a_file_is_read(desk: Desk) -> None:
    """Not how fast, but that they are: something else gets its turn between any two batches."""
    turns = 0

    async def somebody_else() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(somebody_else())
    imported = await desk.take("\n".join(["phone", *(f"98{row:08}" for row in range(20_000))]).encode())
    other.cancel()
    assert imported.recipients.valid == 20_000
    assert turns > 20
