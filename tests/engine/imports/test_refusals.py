"""Files that are refused as a whole: each with a reason in plain words, and nothing left of it anywhere."""

import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from campana.domain.errors import InvalidInput
from tests.engine.imports.conftest import Desk

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(100)
RTF = rb"{\rtf1\ansi phone 9812345678}"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
VCARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nTEL:9812345678\r\nEND:VCARD\r\n"


def archive(*names: str) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, "application/vnd.oasis.opendocument.text" if name == "mimetype" else "x")
    return packed.getvalue()


def old_office(stream: str) -> bytes:
    return OLD_OFFICE + bytes(504) + stream.encode("utf-16-le") + bytes(1024)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\n \r\n ,;\n" * 3, "no column of phone numbers"),
        (b"\n  \n\t\n", "there is nothing in the file"),
        (b"\xef\xbb\xbf", "there is nothing in the file"),
        (b"phone,name\n", "the file has headings but no rows"),
        (b"\n\nphone,name\n,\n , \n", "the file has headings but no rows"),
        (b"who,where\nAsha,Pune\n", "the columns are: who, where"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "this is a PDF, not a spreadsheet"),
        (PNG, "this is a picture"),
        (JPEG, "this is a picture"),
        (RTF, "RTF"),
        (VCARD, "vCard"),
        (b"\x1f\x8b\x08\x00" + bytes(50), "compressed"),
        (b"<!DOCTYPE html><html><table><tr><td>phone</td></tr></table></html>", "this is a web page"),
        (b"\xef\xbb\xbf\n<html><body>phone</body></html>", "this is a web page"),
        (b"<table border=1><tr><td>9812345678</td></tr></table>", "this is a web page"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "an XML file",
        ),
        (bytes(range(32)) * 200, "neither a spreadsheet nor a text file"),
        (archive("word/document.xml", "[Content_Types].xml"), "this is a Word document"),
        (archive("ppt/presentation.xml"), "this is a presentation"),
        (archive("mimetype", "content.xml"), "OpenDocument text"),
        (archive("Index/Document.iwa"), "Apple"),
        (archive("people.csv"), "unpack it"),
        (archive("xl/workbook.xml"), "the workbook is damaged"),
        (archive("xl/workbook.xml", "xl/worksheets/sheet1.xml")[:-30], "damaged or was not uploaded whole"),
        (b"PK\x03\x04" + bytes(300), "damaged or was not uploaded whole"),
        (old_office("EncryptedPackage"), "protected by a password"),
        (old_office("WordDocument"), "an Office file, but not a workbook"),
        (old_office("Workbook"), "the workbook is damaged"),
    ],
)
async def test_what_is_no_list_of_recipients_is_called_by_its_name(
    desk: Desk, content: bytes, reason: str
) -> None:
    assert reason in await desk.refusal(content)


async def test_a_broken_zip_of_a_real_workbook(desk: Desk, workbook: Callable[..., Path]) -> None:
    whole = workbook(("S", [["phone"], *([f"98{row:08}"] for row in range(500))])).read_bytes()
    assert "damaged" in await desk.refusal(whole[: len(whole) // 2])
    middle = len(whole) // 3
    assert "damaged" in await desk.refusal(whole[:middle] + bytes(200) + whole[middle + 200 :])


async def test_every_reason_comes_at_once(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as refused:
        await desk.take(b"who,where\nAsha,Pune\n", name_column="Nme")
    assert [problem.field for problem in refused.value.problems] == ["phone_column", "name_column"]
    await desk.is_clean()


@pytest.mark.parametrize("country", ["", "XX", "India"])
async def test_an_unknown_country_is_refused_before_anything_is_read(desk: Desk, country: str) -> None:
    assert "country" in await desk.refusal(b"phone\n9812345678\n", country=country)
    assert desk.begun == []


async def test_a_quotation_mark_that_was_not_closed(desk: Desk) -> None:
    rows = "\n".join(f"98{row:08},some text" for row in range(20_000))
    reason = await desk.refusal(f'phone,note\n9812345678,"open\n{rows}'.encode())
    assert "perhaps a quotation mark before it was not closed" in reason


async def test_a_flaw_far_down_takes_back_what_was_stored_already(desk: Desk) -> None:
    rows = "\n".join(f"98{row:08},x" for row in range(20_000))
    reason = await desk.refusal(f'phone,note\n{rows}\n9812345678,"{"x" * 200_000}"\n'.encode())
    assert "row 20002 has a cell of more than 131,072 characters" in reason
    assert len(desk.begun) == 1


async def test_a_zip_whose_parts_overlap(desk: Desk) -> None:
    """Many entries of the directory that name the same bytes: small outside, endless inside."""
    content = bytearray(archive("xl/workbook.xml", *(f"xl/worksheets/sheet{n}.xml" for n in range(1, 9))))
    place = 0
    while (place := content.find(b"PK\x01\x02", place)) >= 0:
        struct.pack_into("<I", content, place + 20, len(content))
        place += 4
    assert "zip bomb" in await desk.refusal(bytes(content))
