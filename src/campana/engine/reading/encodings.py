"""Which characters a text file's bytes are: its mark is believed, then UTF-8, then evidence."""

import codecs
import re
from typing import BinaryIO

from charset_normalizer import from_bytes

from campana.engine.reading.limits import MIB
from campana.engine.reading.table import unreadable

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with that one's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = MIB
_SAMPLE = 64 * 1024
_LOOKED_AT = 64 * MIB

_CELL_WITH_HIGH_BYTES = re.compile(rb"[^\r\n,;\t|]*[\x80-\xff][^\r\n,;\t|]*")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_UTF8_CHARACTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|(?P<bad>[\x80-\xff])"
)
# Signs of Windows-1252 that stand within words where Windows-1250 has letters, as in Polish names.
_CENTRAL_EUROPEAN = re.compile(
    r"[A-Za-z\u00c0-\u017f][\u00b9\u00b3\u00bf\u00af]|[\u00a3\u00b3\u00b9\u00a5\u008f][a-z\u00f3\u00d3]"
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")

_BIG_SCRIPTS = (
    *("cp1251", "cp1253", "cp1255", "cp1256", "cp874", "koi8_r"),
    *("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
)
_LATIN_RUN = 1.6
"""Bytes above ASCII in a row, on average: 1 in Latin scripts, whose accented letters stand among plain ones,
and 2 or more in others."""


def encoding_of(file: BinaryIO) -> str:
    """The codec's name. Raises InvalidInput where the bytes are no text."""
    file.seek(0)
    start = file.read(_SAMPLE)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    without_mark = _utf16(start)
    if without_mark:
        return without_mark
    if len(_CONTROL.findall(start)) * 50 > len(start):
        raise unreadable("this is neither a spreadsheet nor a text file")
    return "utf-8" if _is_utf8(file) else _by_evidence(_sample(file))


def _utf16(start: bytes) -> str | None:
    """UTF-16 without its mark: ASCII characters have a zero byte each, always on the same side."""
    pairs = len(start) // 2
    low, high = start[0::2].count(0), start[1::2].count(0)
    if pairs and high * 5 > pairs and low * 50 < pairs:
        return "utf-16-le"
    if pairs and low * 5 > pairs and high * 50 < pairs:
        return "utf-16-be"
    return None


def _is_utf8(file: BinaryIO) -> bool:
    """The whole file is asked: the first letter that is not ASCII may stand in the last row."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _sample(file: BinaryIO) -> bytes:
    """Cells that have something other than ASCII in them, enough to judge by."""
    found: list[bytes] = []
    size = 0
    file.seek(0)
    for _ in range(_LOOKED_AT // _CHUNK):
        chunk = file.read(_CHUNK)
        cells = _CELL_WITH_HIGH_BYTES.findall(chunk)
        found += cells
        size += sum(map(len, cells))
        if not chunk or size > _SAMPLE:
            break
    return b"\n".join(found)[:_SAMPLE]


def _by_evidence(sample: bytes) -> str:
    characters = list(_UTF8_CHARACTER.finditer(sample))
    bad = sum(character["bad"] is not None for character in characters)
    if bad * 10 < len(characters):
        return "utf-8"  # with a few bytes broken on the way; they are shown as such
    runs = _HIGH_RUN.findall(sample)
    if sum(map(len, runs)) > _LATIN_RUN * len(runs):
        best = from_bytes(sample, cp_isolation=list(_BIG_SCRIPTS)).best()
        if best is not None:
            return best.encoding
    as_western = sample.decode("cp1252", "replace")
    return "cp1250" if _CENTRAL_EUROPEAN.search(as_western) else "cp1252"
