"""The fields of records (see engine.ports.copying) and where they are in documents."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from campana.stores.mongo.database import Document
from campana.stores.mongo.documents import field_of, plain

Values = dict[str, Any]
"""A record's values by the names of its fields."""
Convert = Callable[[Any], Any]

_IDS = frozenset(
    {"id", "account_id", "user_id", "sender_id", "campaign_id", "list_id", "recipient_list_id"}
    | {"endpoint_id"}
    | {"created_by", "changed_by", "subject_id"}
)
_DAYS = frozenset({"day", "consent_at"})


@dataclass(frozen=True, slots=True)
class Field:
    """A value of a record: where it is in the document, and what stands for it where it is not there."""

    name: str
    path: str
    absent: Any
    read: Convert
    write: Convert

    def found_in(self, document: Mapping[str, Any]) -> Any:
        """The value in the document."""
        value: Any = document
        for name in self.path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        return self.absent if value is None else self.read(value)

    def put_into(self, document: Document, value: Any) -> None:
        """The inverse; None has no field."""
        if value is None:
            return
        *outer, last = self.path.split(".")
        for name in outer:
            document = document.setdefault(name, {})
        document[last] = self.write(value)


def fields(
    names: str,
    *,
    paths: Mapping[str, str] | None = None,
    absent: Mapping[str, Any] | None = None,
    converts: Mapping[str, tuple[Convert, Convert]] | None = None,
) -> tuple[Field, ...]:
    """A field for each word of `names`; what is not said otherwise is where `field_of` says."""
    return tuple(
        Field(
            name,
            (paths or {}).get(name, field_of(name)),
            (absent or {}).get(name),
            *(converts or {}).get(name, (_reader(name), plain)),
        )
        for name in names.split()
    )


def seconds_of(moment: datetime) -> float:
    """Seconds since 1970."""
    return moment.timestamp()


def moment_of(seconds: float) -> datetime:
    """The inverse, to the millisecond."""
    return datetime.fromtimestamp(round(seconds, 3), UTC)


def _reader(name: str) -> Convert:
    if name in _IDS:
        return lambda value: UUID(value) if isinstance(value, str) else value
    return date.fromisoformat if name in _DAYS else _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
