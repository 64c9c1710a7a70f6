"""Notices: where people are told that something is wrong, by mail, by a post, or through any service that
Apprise knows."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Route(StrEnum):
    """How a notice gets there."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    APPRISE = "apprise"


@dataclass(frozen=True, slots=True)
class NoticeAddress:
    """Where notices of an account go; with `whole` those of the installation and of every account.

    `sealed` holds the address: those of services have tokens in them. `label` is what may be shown of it.
    Switched off by itself (a restored copy is) it says why in `off_reason`.
    """

    id: UUID
    account_id: UUID
    route: Route
    label: str
    whole: bool
    sealed: str = field(repr=False)
    created_at: datetime
    enabled: bool = True
    off_reason: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What an address was told: `memory` is the engine's, who remembers in it what stands and was told.

    Since `failing_since` nothing got there, for the reason `problem`; `tried_at` is when the last letter was
    sent, or tried.
    """

    memory: str = ""
    tried_at: datetime | None = None
    failing_since: datetime | None = None
    problem: str = ""
