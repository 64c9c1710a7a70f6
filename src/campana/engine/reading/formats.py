"""What a file is, by its content; names and extensions lie.

Spreadsheets and delimited text are taken. What else people upload by mistake is called by its name.
"""

import zipfile
from enum import StrEnum
from typing import BinaryIO

from campana.engine.reading.limits import MIB, Limits
from campana.engine.reading.table import unreadable

_SNIFFED = 64 * 1024
_LARGE_PART = 16 * MIB
_MOST_PARTS = 10_000

_SAVE_AS = "open it in the program that made it and save it as .xlsx or .csv"
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a recording"),
    (b"II*\0", "a picture"),
    (b"MM\0*", "a picture"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"BZh91AY", "a compressed file"),
    (b"\xfd7zXZ", "a compressed file"),
    (b"SQLite format 3\0", "a database"),
    (b"PAR1", "a Parquet file"),
    (b"BEGIN:VCARD", "a file of contact cards (vCard)"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
_MARKUP: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<table", "a web page"),
    (b"<?xml", "an XML file"),
    (b"mime-version:", "a web page"),
)


class Format(StrEnum):
    """How to read it."""

    WORKBOOK = "workbook"
    TEXT = "text"


def recognise(file: BinaryIO, limits: Limits) -> Format:
    """The file's format. Raises InvalidInput for one that holds no recipients, or is too large to be read."""
    size = file.seek(0, 2)
    file.seek(0)
    if size == 0:
        raise unreadable("the file is empty")
    if size > limits.file_bytes:
        raise unreadable(f"the file is larger than {limits.file_bytes // MIB} MB")
    start = file.read(_SNIFFED)
    file.seek(0)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _check_archive(file, size, limits)
        return Format.WORKBOOK
    if start.startswith(_COMPOUND_FILE):
        _check_compound(file)
        return Format.WORKBOOK
    _refuse_others(start)
    return Format.TEXT


def _refuse_others(start: bytes) -> None:
    for signature, what in _OTHERS:
        if start.startswith(signature):
            raise unreadable(f"this is {what}, not a spreadsheet; {_SAVE_AS}")
    beginning = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower()
    for signature, what in _MARKUP:
        if beginning.startswith(signature):
            raise unreadable(f"this is {what}, not a spreadsheet; {_SAVE_AS}")


def _check_compound(file: BinaryIO) -> None:
    """Old Office files share one container; its directory names the streams, in UTF-16."""
    content = file.read()
    file.seek(0)
    if _stream("EncryptedPackage") in content:
        raise unreadable("the workbook is protected by a password; save it without one")
    if _stream("Workbook") not in content and _stream("Book") not in content:
        raise unreadable(f"this is an Office file, but not a workbook; {_SAVE_AS}")


def _stream(name: str) -> bytes:
    return name.encode("utf-16-le") + b"\0\0"


def _check_archive(file: BinaryIO, size: int, limits: Limits) -> None:
    """Refuses what is no workbook, and zip bombs as far as their directory shows them.

    A directory that lies is caught later: by the ceiling on memory.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _refuse_other_archives(archive)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError):
        raise unreadable(f"the workbook is damaged or was not uploaded whole; {_SAVE_AS}") from None
    finally:
        file.seek(0)
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    suspicious = any(
        part.file_size > _LARGE_PART and part.file_size > limits.packing_ratio * max(part.compress_size, 1)
        for part in parts
    )
    if suspicious or packed > size or len(parts) > _MOST_PARTS:
        raise unreadable("the file unpacks to far more than a workbook holds: it looks like a zip bomb")
    if unpacked > limits.unpacked_bytes:
        raise unreadable("the workbook is too large when unpacked; save it as .csv")
    if any(part.flag_bits & 1 for part in parts):
        raise unreadable("the file is protected by a password; save it without one")


def _refuse_other_archives(archive: zipfile.ZipFile) -> None:
    names = set(archive.namelist())
    if names & {"xl/workbook.xml", "xl/workbook.bin"}:
        return
    if "content.xml" in names and "mimetype" in names:
        with archive.open("mimetype") as part:
            if b"spreadsheet" in part.read(100):
                return
    others = (("word/", "a Word document"), ("ppt/", "a presentation"), ("Index/", "an Apple document"))
    for folder, what in (*others, ("content.xml", "an OpenDocument text")):
        if any(name.startswith(folder) for name in names):
            raise unreadable(f"this is {what}, not a spreadsheet; {_SAVE_AS}")
    raise unreadable("this is a zip archive, not a spreadsheet; unpack it and upload what is in it")
