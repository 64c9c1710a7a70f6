"""From the domain's words to documents and back: camelCase names, ids as text, dates as dates.

What is None has no field. A date has milliseconds: what a moment has beyond them is cut off.
A mapping is a subdocument; one to dataclasses is a list, because its keys may be any text.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID
from zoneinfo import ZoneInfo

from campana.domain.times import as_utc
from campana.stores.mongo.database import Document

T = TypeVar("T")


def key_of(text: str) -> str:
    """How names and addresses are compared: without regard to case, in any script."""
    return text.strip().casefold()


@cache
def field_of(name: str) -> str:
    """The field that holds an attribute: `scheduled_at` is `scheduledAt`, `id` is `_id`."""
    first, *rest = name.split("_")
    return "_id" if name == "id" else first + "".join(word.capitalize() for word in rest)


def document_of(thing: Any, **more: Any) -> Document:
    """A dataclass as a document; `more` by attribute names as well."""
    values = {one.name: getattr(thing, one.name) for one in fields(thing)} | more
    return {field_of(name): plain(value) for name, value in values.items() if value is not None}


def update_of(values: Mapping[str, Any]) -> dict[str, Document]:
    """Fields (by attribute names) to set, and those to take away because they are None."""
    written = {field_of(name): plain(value) for name, value in values.items()}
    gone = {field: "" for field, value in written.items() if value is None}
    kept = {field: value for field, value in written.items() if value is not None}
    return ({"$set": kept} if kept else {}) | ({"$unset": gone} if gone else {})


def plain(value: Any) -> Any:
    """A value as it is stored."""
    for kind, store in _STORED:
        if isinstance(value, kind):
            return store(value)
    return document_of(value) if is_dataclass(value) else value


def thing_of(kind: Callable[..., T], document: Mapping[str, Any]) -> T:
    """The dataclass that `document_of` made a document of; fields it does not know are left out."""
    values = {name: read(document[field]) for name, field, read in _reading(kind) if field in document}
    return kind(**_absent(kind) | values)


def _mapping(value: Mapping[Any, Any]) -> Any:
    if any(is_dataclass(one) for one in value.values()):
        return [{"key": plain(key), "value": plain(one)} for key, one in value.items()]
    return {plain(key): plain(one) for key, one in value.items()}


def _several(value: Iterable[Any]) -> list[Any]:
    return [plain(one) for one in value]


# The first that fits: a datetime is also a date, and a status is also a text.
_STORED: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (Enum, lambda value: value.value),
    (str | int | float | bytes | None, lambda value: value),
    (UUID, str),
    (datetime, as_utc),
    (date, date.isoformat),
    (ZoneInfo, lambda value: value.key),
    (Mapping, _mapping),
    (tuple | list | set | frozenset, _several),
)


@cache
def _reading(kind: Any) -> list[tuple[str, str, Callable[[Any], Any]]]:
    hints = get_type_hints(kind)
    return [(one.name, field_of(one.name), _reader(hints[one.name])) for one in fields(kind)]


@cache
def _absent(kind: Any) -> dict[str, Any]:
    """What has no default stands for itself as None where its field is missing."""
    return {one.name: None for one in fields(kind) if one.default is one.default_factory is MISSING}


@cache
def _reader(hint: Any) -> Callable[[Any], Any]:
    origin, arguments = get_origin(hint) or hint, get_args(hint)
    if origin in (Union, UnionType):
        inner = [one for one in arguments if one is not NoneType]
        return _reader(inner[0]) if len(inner) == 1 else _as_it_is
    if origin is tuple:
        each = _reader(arguments[0])
        return lambda value: tuple(each(one) for one in value)
    if origin is frozenset:
        member = _reader(arguments[0])
        return lambda value: frozenset(member(one) for one in value)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping_reader(*arguments)
    if is_dataclass(origin):
        return lambda value: thing_of(hint, value)
    return _simple_reader(origin)


def _mapping_reader(key: Any, value: Any) -> Callable[[Any], Any]:
    read_key, read_value = _reader(key), _reader(value)

    def read(stored: Any) -> dict[Any, Any]:
        if isinstance(stored, Mapping):
            return dict(stored)
        return {read_key(one["key"]): read_value(one["value"]) for one in stored}

    return read


def _simple_reader(kind: Any) -> Callable[[Any], Any]:
    if kind is date:
        return date.fromisoformat
    if kind is not datetime and isinstance(kind, type) and issubclass(kind, UUID | Enum | ZoneInfo):
        return kind
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
