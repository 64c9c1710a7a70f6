"""Records as lines of JSON, and sums by which two stores are compared."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from campana.engine.ports.copying import Record

_READ: dict[str, Callable[[Any], Any]] = {
    "id": UUID,
    "at": datetime.fromisoformat,
    "day": date.fromisoformat,
    "bytes": base64.b64decode,
    "json": lambda value: value,
}
"""Values that JSON does not have stand in an object with one of these names."""


def line(record: Record) -> str:
    """One line of JSON, without its end."""
    return json.dumps([_written(value) for value in record], separators=(",", ":"), sort_keys=True)


def record(text: str) -> Record:
    """What `line` wrote."""
    return tuple(_read(value) for value in json.loads(text))


@dataclass(slots=True)
class Sum:
    """How many records, and a sum over them in which their order does not count."""

    count: int = 0
    total: int = 0

    def add(self, records: Iterable[Record]) -> None:
        """Moments, and seconds, count by the millisecond: not every store keeps more."""
        for each in records:
            rounded = tuple(_to_millisecond(value) for value in each)
            digest = hashlib.blake2b(line(rounded).encode(), digest_size=16).digest()
            self.count += 1
            self.total = (self.total + int.from_bytes(digest)) % 2**128


def _written(value: Any) -> Any:
    match value:
        case UUID():
            return {"id": value.hex}
        case datetime():
            return {"at": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case bytes():
            return {"bytes": base64.b64encode(value).decode()}
        case dict() | list() | tuple():
            return {"json": value}
    return value


def _read(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((name, held),) = value.items()
    return _READ[name](held)


def _to_millisecond(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    if isinstance(value, float):
        return round(value, 3)
    return value
