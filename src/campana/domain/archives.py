"""Archives: the messages of a campaign that was over long ago, in a file instead of the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from campana.domain.messages import MessageStatus
from campana.domain.preferences import LONGEST_DAYS

SHORTEST_DAYS = LONGEST_DAYS
"""So long after its end a campaign's messages stay in the database at least: the account's cap on how often a
person is messaged looks back so far. Receipts and replies are matched for days only."""


@dataclass(frozen=True, slots=True)
class Coded:
    """How many messages of the campaign are in a status with a code; `example` is one's reason, without
    numbers."""

    status: MessageStatus
    code: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Archive:
    """What the database keeps of a file: when it was made (whole seconds), how many messages are in it,
    its SHA-256 in hexadecimal digits, and why messages did not arrive, as it was counted then."""

    at: datetime
    messages: int
    digest: str
    codes: tuple[Coded, ...] = ()


def span_of(days: int) -> timedelta:
    """How long after a campaign's end. Raises ValueError below SHORTEST_DAYS."""
    if days < SHORTEST_DAYS:
        raise ValueError(
            f"must be {SHORTEST_DAYS} or more: until then messages count for how often a person is messaged"
        )
    return timedelta(days=days)
