"""Column types that read the same in every database, and the database's own clock. Knows no table."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Boolean, DateTime, Float, Integer, LargeBinary, Text, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from campana.domain.times import as_utc

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970, exactly. Raises ValueError for a naive datetime."""
    since = (moment if moment.tzinfo is UTC else as_utc(moment)) - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_micros(micros: int) -> datetime:
    """The inverse of `to_micros`."""
    return EPOCH + timedelta(microseconds=micros)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime: timestamptz in PostgreSQL, microseconds since 1970 in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return to_micros(value) if dialect.name == "sqlite" else as_utc(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return from_micros(value) if dialect.name == "sqlite" else value.astimezone(UTC)


class Id(TypeDecorator[UUID]):
    """A UUID: native in PostgreSQL; in SQLite its 16 bytes, half of what text would add to each index
    entry."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(LargeBinary(16) if dialect.name == "sqlite" else Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        return value.bytes if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        return UUID(bytes=value) if value is not None and dialect.name == "sqlite" else value


class database_seconds(FunctionElement[float]):  # noqa: N801 - reads as a function in a statement
    """Seconds since 1970 by the database's clock, as it is when the row is looked at (milliseconds and
    finer)."""

    inherit_cache = True
    type = Float(53)


class database_time(FunctionElement[datetime]):  # noqa: N801
    """The same as a Moment."""

    inherit_cache = True
    type = Moment()


class Numbers(TypeDecorator[list[Any]]):
    """Whole numbers as one parameter, however many: an array in PostgreSQL, JSON in SQLite."""

    impl = Text
    cache_ok = True
    of: TypeEngine[Any] = Integer()

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(self.of))

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        return json.dumps(value) if dialect.name == "sqlite" else value


class Texts(Numbers):
    """Texts as one parameter, in the same way."""

    cache_ok = True
    of = Text()


class BigNumbers(Numbers):
    """Numbers beyond four bytes, in the same way."""

    cache_ok = True
    of = BigInteger()


class among(FunctionElement[Any]):  # noqa: N801
    """Whether something is one of Numbers, or Texts. Unlike IN the statement is the same for any count."""

    inherit_cache = True
    # As a Boolean it would be rendered as "(…) = 1" for SQLite, which then looks at every row.
    type = NullType()


class holds(FunctionElement[bool]):  # noqa: N801
    """Whether a text has another in it, letter by letter."""

    inherit_cache = True
    type = Boolean()


class database_bucket(FunctionElement[int]):  # noqa: N801
    """Which ten seconds since 1970 it is by the database's clock; the same all through a statement."""

    inherit_cache = True
    type = BigInteger()


class quarter(FunctionElement[int]):  # noqa: N801
    """Which quarter of an hour since 1970 a Moment lies in."""

    inherit_cache = True
    type = BigInteger()


_SQLITE_SECONDS = "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(database_seconds, "sqlite")
def _sqlite_seconds(_element: database_seconds, _compiler: SQLCompiler, **_options: Any) -> str:
    return _SQLITE_SECONDS


@compiles(database_seconds, "postgresql")
def _postgresql_seconds(_element: database_seconds, _compiler: SQLCompiler, **_options: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"


@compiles(database_time, "sqlite")
def _sqlite_time(_element: database_time, _compiler: SQLCompiler, **_options: Any) -> str:
    return f"CAST({_SQLITE_SECONDS} * 1000000.0 AS INTEGER)"


@compiles(database_time, "postgresql")
def _postgresql_time(_element: database_time, _compiler: SQLCompiler, **_options: Any) -> str:
    return "clock_timestamp()"


@compiles(database_bucket, "sqlite")
def _sqlite_bucket(_element: database_bucket, _compiler: SQLCompiler, **_options: Any) -> str:
    return f"CAST({_SQLITE_SECONDS} / 10.0 AS INTEGER)"


@compiles(database_bucket, "postgresql")
def _postgresql_bucket(_element: database_bucket, _compiler: SQLCompiler, **_options: Any) -> str:
    return "CAST(floor(extract(epoch FROM statement_timestamp()) / 10) AS bigint)"


@compiles(quarter, "sqlite")
def _sqlite_quarter(element: quarter, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} / 900000000)"


@compiles(quarter, "postgresql")
def _postgresql_quarter(element: quarter, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **options)}) / 900) AS bigint)"


@compiles(holds, "sqlite")
def _sqlite_holds(element: holds, compiler: SQLCompiler, **options: Any) -> str:
    # GLOB takes two thirds of the time of instr; its three signs are made plain.
    text, part = (compiler.process(clause, **options) for clause in element.clauses)
    plain = f"replace(replace(replace({part}, '[', '[[]'), '*', '[*]'), '?', '[?]')"
    return f"({text} GLOB '*' || {plain} || '*')"


@compiles(holds, "postgresql")
def _postgresql_holds(element: holds, compiler: SQLCompiler, **options: Any) -> str:
    return f"(strpos({compiler.process(element.clauses, **options)}) > 0)"


@compiles(among, "sqlite")
def _sqlite_among(element: among, compiler: SQLCompiler, **options: Any) -> str:
    number, numbers = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({number} IN (SELECT value FROM json_each({numbers})))"  # noqa: S608 - made of rendered parts


@compiles(among, "postgresql")
def _postgresql_among(element: among, compiler: SQLCompiler, **options: Any) -> str:
    number, numbers = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({number} = ANY ({numbers}))"
