"""Recipient lists: a file after checking. A row number is the row of the sheet as its owner sees it
(headers are row 1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that did not become a recipient, and why."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person of a list. `values` stand in the order of the list's columns; phone is E.164."""

    row: int
    phone: str
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blanks:
    """How many recipients have nothing in a column, and the first of their rows."""

    count: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RecipientList:
    """`total = valid + invalid + duplicates`; suppressed ones are among the valid, counted at upload.

    `blanks` holds only columns in which some recipient has nothing. `listed` is False for recipients given
    inline with a campaign: they exist for that campaign alone. `zones` says how many recipients there are by
    the time zone of their number, most first; those whose number does not tell are left out.
    """

    id: UUID
    account_id: UUID
    filename: str
    columns: tuple[str, ...]
    phone_column: str
    name_column: str | None
    country: str
    total: int
    valid: int
    invalid: int
    duplicates: int
    suppressed: int
    blanks: Mapping[str, Blanks]
    created_at: datetime
    created_by: UUID | None = None
    sheet: str | None = None
    listed: bool = True
    zones: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A number that must not be messaged by the account, with the reason and where that came from."""

    id: UUID
    account_id: UUID
    phone: str
    reason: str
    source: str
    created_at: datetime = field(compare=False)
