"""The faults, and their thresholds: those of the alerts in deploy/prometheus, as a test sees to."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from campana.engine.ports import Clock, Provider, Store

FAILED_WITHIN = timedelta(days=1)
"""how long a campaign that could not start is news"""
OVERDUE_AFTER = timedelta(seconds=60)
SLOW_BELOW = 0.9
"""the part of its rates that a host lets us send"""
ERRORS_ABOVE = 0.1
"""the part of all messages tried that the provider did not accept"""
LEAST_TRIED = 50
"""messages, before a part of them says anything"""
QUEUE_STANDS_AFTER = timedelta(minutes=10)
INBOX_STANDS_AFTER = timedelta(seconds=300)
SILENT_AFTER = timedelta(seconds=3600)
SILENT_ABOVE = 100
"""messages accepted in SILENT_AFTER"""
CLOCK_TOLERANCE = timedelta(seconds=5)
"""wider than the alert's second: the provider's clock is read to the second, and its answer takes time"""


class Fault(StrEnum):
    """What is looked at; the value is what it is called to people."""

    CAMPAIGN_FAILED = "failed campaigns"
    CAMPAIGN_PAUSED = "paused campaigns"
    CAMPAIGN_OVERDUE = "overdue campaigns"
    NO_WORKER = "workers"
    LANE_WITHOUT_OWNER = "lanes"
    PROVIDER_SLOW = "provider's pace"
    ERROR_RATE = "errors"
    QUEUE_STANDS = "queue"
    INBOX_STANDS = "inbox"
    WEBHOOK_SILENCE = "webhooks"
    PUBLIC_URL = "public URL"
    DISK_LOW = "disk"
    CLOCK_OFF = "clock"
    MAIL_FAILS = "mail"


PASSING = frozenset({Fault.NO_WORKER, Fault.LANE_WITHOUT_OWNER, Fault.QUEUE_STANDS, Fault.CLOCK_OFF})
"""Normal for a moment, when something starts, lanes move, or one question to the provider gets lost: whoever
sees one looks twice."""


EVENTS = frozenset({Fault.CAMPAIGN_FAILED})
"""Over as soon as they happened: nothing says later that they are no more."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Something that is wrong, in a sentence: with what (an id, where there can be several), and in which
    account, where it is one's alone."""

    text: str
    subject: str = ""
    account_id: UUID | None = None


class Post(Protocol):
    """A mail server, as far as faults go."""

    async def trouble(self) -> str | None:
        """Why no letter would be taken now; None when one would."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is looked at.

    `free_disk` and `least_disk` are bytes, `public_url` is what others are told, `post` None without mail.
    """

    store: Store
    clock: Clock
    providers: Mapping[str, Provider]
    their_time: Callable[[], Awaitable[datetime | None]]
    """the provider's clock, to the second; None when out of reach"""
    public_url: str
    free_disk: Callable[[], int]
    least_disk: int
    post: Post | None
