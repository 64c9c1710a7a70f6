"""Recipient lists: a file after checking. A row number is the row of the sheet as its owner sees it
(headers are row 1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from campana.domain.consent import Consent


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
    `removed_at` says since when its people's data are held no more.
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
    consent: Consent | None = None
    removed_at: datetime | None = None


class SuppressionSource(StrEnum):
    """Where a suppression came from."""

    REPLY = "reply"
    """the person wrote a word for it, or tapped a button with one"""
    WHATSAPP = "whatsapp"
    """WhatsApp said so by a code: the person opted out there, or cannot be reached"""
    IMPORT = "import"
    """a file of numbers"""
    HAND = "hand"
    """a user, on the page"""
    API = "api"
    """a program, by an API key"""
    ERASURE = "erasure"
    """the person is being erased; it goes when that has ended"""


FROM_THE_PERSON = frozenset({SuppressionSource.REPLY, SuppressionSource.WHATSAPP})
"""What the person's own word ends again. What the business put on the list stays there until it takes it off:
it may know more than a message tells (a complaint, a letter, a court)."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """A number that must not be messaged by the account, with the reason and where that came from.

    `added_by` is the e-mail address of the user who added it, empty where nobody did.
    """

    id: UUID
    account_id: UUID
    phone: str
    reason: str
    source: SuppressionSource
    created_at: datetime = field(compare=False)
    added_by: str = ""
