"""What reports over campaigns read. Nothing here looks at each message: counts are kept as messages move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from campana.domain.campaigns import Template
from campana.domain.messages import Counts, MessageStatus
from campana.domain.periods import Quarter
from campana.domain.replies import ReplyCounts
from campana.engine.ports.catalog import CampaignView
from campana.engine.ports.pages import Page


@dataclass(frozen=True, slots=True)
class Span:
    """An account's bulk campaigns from one moment on to before another."""

    account_id: UUID
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class TemplateTotals:
    """The campaigns with a template together."""

    template: Template
    campaigns: int
    counts: Counts
    replies: ReplyCounts


class Reporting(Protocol):
    """Each read is quick with a million messages and a hundred thousand campaigns. Tests are left out.

    A campaign belongs to the moment at which it started, an accepted message to that of its acceptance.
    """

    async def begun(self, span: Span, *, limit: int, cursor: str | None = None) -> Page[CampaignView]:
        """Campaigns that started in the span, the last one first."""

    async def template_totals(self, span: Span) -> Sequence[TemplateTotals]:
        """Those campaigns by their template, the one with the most messages first."""

    async def quarters(self, span: Span) -> Sequence[Quarter]:
        """What was accepted in the span, in order of time; `since` and `until` begin a quarter of an hour."""

    async def timeline(self, campaign_id: UUID) -> Sequence[Quarter]:
        """What was accepted of one campaign, in order of time."""

    async def codes(self, span: Span) -> Sequence[tuple[MessageStatus, str, int]]:
        """How many messages of those campaigns are FAILED, UNKNOWN or SKIPPED with each code; the most
        first."""
