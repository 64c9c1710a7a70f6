"""Outgoing webhooks: where other systems want to be told what happens to campaigns and messages, what they
can be told, and how a post proves that it is ours."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from campana.domain.campaigns import CampaignStatus
from campana.domain.messages import MessageStatus

SECRET_PREFIX = "whsec_"  # noqa: S105 - what secrets begin with, as Standard Webhooks has it
MOST_EVENTS = 500
"""in one post"""

_PAUSES_S = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800)
MOST_TRIES = len(_PAUSES_S) + 1
OFF_AFTER = timedelta(days=1)
"""an endpoint to which nothing could be delivered for so long is switched off"""


class EventType(StrEnum):
    """What can be told; campaigns and messages by the state they came to."""

    CAMPAIGN_DRAFT = "campaign.draft"
    CAMPAIGN_SCHEDULED = "campaign.scheduled"
    CAMPAIGN_PROCESSING = "campaign.processing"
    CAMPAIGN_PAUSED = "campaign.paused"
    CAMPAIGN_COMPLETED = "campaign.completed"
    CAMPAIGN_FAILED = "campaign.failed"
    CAMPAIGN_CANCELLED = "campaign.cancelled"
    MESSAGE_SENT = "message.sent"
    MESSAGE_DELIVERED = "message.delivered"
    MESSAGE_READ = "message.read"
    MESSAGE_FAILED = "message.failed"
    MESSAGE_UNKNOWN = "message.unknown"
    MESSAGE_SKIPPED = "message.skipped"
    TEST = "test"

    @classmethod
    def of(cls, status: CampaignStatus | MessageStatus) -> "EventType":
        """The event of something that came to that state. Raises ValueError where none tells of it."""
        kind = "campaign" if isinstance(status, CampaignStatus) else "message"
        return cls(f"{kind}.{status.value.lower()}")


CHOICES = tuple(event for event in EventType if event is not EventType.TEST)
"""what an endpoint can ask for; a test is sent by hand"""
TOLD = frozenset({*MessageStatus} - {MessageStatus.PENDING, MessageStatus.SENDING})
"""the states of messages that events tell of"""


class DeliveryStatus(StrEnum):
    """What became of a post."""

    WAITING = "WAITING"
    """to be posted, again perhaps"""
    DELIVERED = "DELIVERED"
    """the endpoint answered with 2xx"""
    GAVE_UP = "GAVE_UP"
    """tried as often as a post is tried"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an account's events go. `sealed` holds the secret, and the one before it for a while.

    Switched off by itself it says why in `off_reason`. Since `failing_since` nothing could be delivered, for
    `failures` tries; it rests until `rests_until`.
    """

    id: UUID
    account_id: UUID
    url: str = field(repr=False)
    events: frozenset[EventType]
    sealed: str = field(repr=False)
    created_at: datetime
    enabled: bool = True
    off_reason: str = ""
    failures: int = 0
    failing_since: datetime | None = None
    rests_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class News:
    """Something happened at that time: to a campaign, or to its messages in these rows."""

    type: EventType
    at: datetime
    campaign_id: UUID | None = None
    rows: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """How many events it makes in a post."""
        return len(self.rows) or 1


@dataclass(frozen=True, slots=True)
class Delivery:
    """One post to one endpoint, and how the last try went: `answered` is the HTTP status, None where there
    was no answer; `said` how the answer began, or what went wrong."""

    id: UUID
    account_id: UUID
    endpoint_id: UUID
    created_at: datetime
    news: tuple[News, ...]
    status: DeliveryStatus = DeliveryStatus.WAITING
    tries: int = 0
    tried_at: datetime | None = None
    answered: int | None = None
    took_ms: int | None = None
    said: str = field(default="", repr=False)

    @property
    def count(self) -> int:
        """How many events are in it."""
        return sum(one.count for one in self.news)


def pause_after(failures: int) -> timedelta:
    """How long an endpoint rests after so many failed tries one after the other."""
    return timedelta(seconds=_PAUSES_S[min(failures, len(_PAUSES_S)) - 1])


def packed(news: Sequence[News]) -> list[tuple[News, ...]]:
    """The news in order, cut into posts of MOST_EVENTS events at most."""
    posts: list[list[News]] = []
    room = 0
    for one in news:
        for part in _parts(one):
            if part.count > room:
                posts.append([])
                room = MOST_EVENTS
            posts[-1].append(part)
            room -= part.count
    return [tuple(post) for post in posts]


def signature(secret: str, delivery_id: str, timestamp: int, body: bytes) -> str:
    """As Standard Webhooks has it: HMAC-SHA256 over id, timestamp and body, with dots between them."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _parts(one: News) -> list[News]:
    if one.count <= MOST_EVENTS:
        return [one]
    starts = range(0, len(one.rows), MOST_EVENTS)
    return [News(one.type, one.at, one.campaign_id, one.rows[at : at + MOST_EVENTS]) for at in starts]
