"""A message: one campaign's message to one recipient, its states, and the one table of moves between them."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class MessageStatus(StrEnum):
    """Where a message stands."""

    PENDING = "PENDING"
    """waiting to be sent"""
    SENDING = "SENDING"
    """a lane has it: the request may be on its way"""
    SENT = "SENT"
    """the provider accepted it"""
    DELIVERED = "DELIVERED"
    """it is on the person's phone"""
    READ = "READ"
    """the person opened it"""
    FAILED = "FAILED"
    """refused, with code and reason"""
    UNKNOWN = "UNKNOWN"
    """it may have gone out; never sent again on its own"""
    SKIPPED = "SKIPPED"
    """not to be sent: suppressed, beyond the account's cap, or cancelled"""


_S = MessageStatus

TRANSITIONS: dict[MessageStatus, dict[MessageStatus, str]] = {
    _S.PENDING: {
        _S.SENDING: "taken by the sender's lane",
        _S.SKIPPED: "the number is suppressed, its person got enough, or the campaign was cancelled",
        _S.FAILED: "the campaign failed before it could start",
    },
    _S.SENDING: {
        _S.PENDING: "surely did not go out, will be tried again",
        _S.SENT: "accepted by the provider",
        _S.FAILED: "refused by the provider",
        _S.UNKNOWN: "the outcome cannot be known",
    },
    _S.SENT: {
        _S.DELIVERED: "receipt",
        _S.READ: "receipt",
        _S.FAILED: "late refusal by receipt",
    },
    _S.DELIVERED: {_S.READ: "receipt"},
    _S.READ: {},
    _S.FAILED: {_S.PENDING: "retry asked for by a person"},
    _S.UNKNOWN: {
        _S.PENDING: "retry asked for by a person, by name",
        _S.SENT: "the answer came after all, or a receipt",
        _S.DELIVERED: "receipt",
        _S.READ: "receipt",
        _S.FAILED: "the refusal came after all, or a receipt",
    },
    _S.SKIPPED: {},
}
"""From, to, cause. What is not here cannot happen; stores guard each update with its start states."""

FINAL = frozenset({_S.SENT, _S.DELIVERED, _S.READ, _S.FAILED, _S.UNKNOWN, _S.SKIPPED})
"""States in which the engine has nothing left to do for the message."""

RETRYABLE = frozenset({_S.FAILED, _S.UNKNOWN})
"""States whose messages are sent once more when somebody asks for it."""

RECEIPT_RANK = {_S.SENT: 1, _S.DELIVERED: 2, _S.READ: 3}
"""Receipts come doubled and out of order; a lower rank never replaces a higher one (bizchat.md, Webhooks)."""


def start_states(target: MessageStatus) -> frozenset[MessageStatus]:
    """The states from which a message may move to `target`."""
    return frozenset(origin for origin, moves in TRANSITIONS.items() if target in moves)


@dataclass(frozen=True, slots=True)
class Counts:
    """Messages of a campaign by their present status; the sum of all is `total`, at every moment."""

    pending: int = 0
    sending: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0

    @property
    def total(self) -> int:
        """All messages of the campaign."""
        return sum(getattr(self, part.name) for part in fields(self))

    @property
    def gone_out(self) -> int:
        """Messages that left, or may have left."""
        return self.sent + self.delivered + self.read + self.unknown

    @property
    def open(self) -> int:
        """Messages the engine still has to do something for."""
        return self.pending + self.sending


@dataclass(frozen=True, slots=True)
class Message:
    """A message as reports and exports show it."""

    campaign_id: UUID
    row: int
    phone: str
    name: str
    status: MessageStatus
    attempts: int
    provider_message_id: str | None = None
    error_code: str | None = None
    error_reason: str | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    values: tuple[str, ...] = field(default=())
    inferred: bool = False
    """an UNKNOWN one that was found again by number and time, not by its id"""

    @property
    def id(self) -> str:
        """The message's public id: its campaign and its row."""
        return f"{self.campaign_id}-{self.row}"
