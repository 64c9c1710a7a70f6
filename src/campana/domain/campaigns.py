"""A campaign: a template, its fields, a recipient list, a sender and a time; its states and the moves
between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from campana.domain.archives import Archive
from campana.domain.messages import MessageStatus


class CampaignStatus(StrEnum):
    """Where a campaign stands."""

    DRAFT = "DRAFT"
    """saved without a time"""
    SCHEDULED = "SCHEDULED"
    """waits for its time"""
    PROCESSING = "PROCESSING"
    """its messages are leaving"""
    PAUSED = "PAUSED"
    """stopped for now, by a person or by the engine with a reason"""
    COMPLETED = "COMPLETED"
    """every message is in a final state"""
    FAILED = "FAILED"
    """could not start: credentials or daily limit"""
    CANCELLED = "CANCELLED"
    """stopped for good by a person"""


_S = CampaignStatus

TRANSITIONS: dict[CampaignStatus, dict[CampaignStatus, str]] = {
    _S.DRAFT: {_S.SCHEDULED: "given a time", _S.CANCELLED: "cancelled"},
    _S.SCHEDULED: {
        _S.DRAFT: "its time was taken away",
        _S.PROCESSING: "its time came, and there is room in the daily limit",
        _S.PAUSED: "paused by a person, or a resumed campaign found no room in the daily limit",
        _S.FAILED: "could not start",
        _S.CANCELLED: "cancelled",
    },
    _S.PROCESSING: {
        _S.PAUSED: "paused by a person, or by the engine with a reason",
        _S.COMPLETED: "nothing is left to send",
        _S.FAILED: "the provider refused the credentials before anything went out",
        _S.CANCELLED: "cancelled",
    },
    _S.PAUSED: {
        _S.SCHEDULED: "resumed; starts again when its time has come",
        _S.CANCELLED: "cancelled",
    },
    _S.COMPLETED: {_S.PAUSED: "messages are being put back for a retry"},
    _S.FAILED: {_S.PAUSED: "messages are being put back for a retry"},
    _S.CANCELLED: {},
}
"""From, to, cause."""

EDITABLE = frozenset({_S.DRAFT, _S.SCHEDULED})

OVER = frozenset({_S.COMPLETED, _S.FAILED, _S.CANCELLED})
"""States in which nothing goes out any more, unless somebody asks for a retry."""

SWEPT = {_S.CANCELLED: MessageStatus.SKIPPED, _S.FAILED: MessageStatus.FAILED}
"""What becomes of messages that are open when their campaign comes to such a state."""

RETRYING = frozenset({_S.PAUSED, _S.PROCESSING})
"""States in which messages are put back for a retry."""


def start_states(target: CampaignStatus) -> frozenset[CampaignStatus]:
    """The states from which a campaign may move to `target`."""
    return frozenset(origin for origin, moves in TRANSITIONS.items() if target in moves)


class OnDailyLimit(StrEnum):
    """What to do when the day's limit has no room for the whole campaign."""

    FAIL = "fail"
    WAIT = "wait"


class CampaignKind(StrEnum):
    """A test is a campaign of one message that no list shows; it takes the same way through lane and
    limits."""

    BULK = "bulk"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Template:
    """Name and language must match the approved template exactly (bizchat.md, Request)."""

    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Header:
    """The template's header: at most one of the media, as a public URL, or the text of its placeholder."""

    image: str | None = None
    video: str | None = None
    document: str | None = None
    document_name: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """`error` says why it FAILED or PAUSED; `waiting_until` is set while it waits for the daily limit's
    reset; `archive` when its messages are in a file."""

    id: UUID
    account_id: UUID
    sender_id: UUID
    recipient_list_id: UUID
    name: str
    template: Template
    fields: Mapping[str, str]
    header: Header | None
    status: CampaignStatus
    scheduled_at: datetime | None
    created_at: datetime
    on_daily_limit: OnDailyLimit = OnDailyLimit.FAIL
    kind: CampaignKind = CampaignKind.BULK
    started_at: datetime | None = None
    completed_at: datetime | None = None
    waiting_until: datetime | None = None
    error: str | None = None
    created_by: UUID | None = None
    idempotency_key: str | None = field(default=None, repr=False)
    request_digest: str | None = field(default=None, repr=False)
    archive: Archive | None = None
