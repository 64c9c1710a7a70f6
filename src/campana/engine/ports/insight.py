"""What pages show of campaigns at a glance: what runs, why messages did not arrive, the pace so far."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from campana.domain.messages import MessageStatus
from campana.engine.ports.catalog import CampaignView

PACE_SPAN_S = 10
"""seconds that a PaceSample stands for"""


@dataclass(frozen=True, slots=True)
class Reason:
    """How many messages are in a status with a code; `example` is the text that one of them has."""

    status: MessageStatus
    code: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class PaceSample:
    """How many messages of a campaign were accepted in the PACE_SPAN_S seconds that began then."""

    began: datetime
    accepted: int


class Insight(Protocol):
    """Reads for people who watch; each is quick for a campaign of a million messages."""

    async def running(self, account_ids: Collection[UUID]) -> Sequence[CampaignView]:
        """The bulk campaigns of these accounts that are PROCESSING."""

    async def reasons(self, campaign_id: UUID) -> Sequence[Reason]:
        """Messages that are FAILED, UNKNOWN or SKIPPED with a code, by status and code; the most first."""

    async def pace(self, campaign_id: UUID) -> Sequence[PaceSample]:
        """In order of time; spans in which nothing was accepted are left out. By the database's clock."""
