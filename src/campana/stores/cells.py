"""A recipient's values as one text."""

import json
from collections.abc import Sequence

_unpack = json.JSONDecoder().raw_decode
_pack = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def pack_cells(values: Sequence[str]) -> str:
    """A recipient's values as they are stored."""
    return _pack(values)


def unpack_cells(text: str) -> list[str]:
    """The inverse of `pack_cells`."""
    values: list[str] = _unpack(text)[0]
    return values
