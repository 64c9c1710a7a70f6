"""A campaign as guarded verbs see it while nobody else can change it, and the rules they ask it about."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from campana.domain.campaigns import CampaignStatus, OnDailyLimit
from campana.domain.messages import Counts
from campana.stores.pace import Pace

NO_PACE = Pace()


@dataclass(frozen=True, slots=True)
class Held:
    """What decides whether something may happen to a campaign."""

    id: UUID
    account_id: UUID
    sender_id: UUID
    recipient_list_id: UUID
    status: CampaignStatus
    opened: bool
    on_daily_limit: OnDailyLimit
    scheduled_at: datetime | None
    counts: Counts
    reserved: int
    pace: Pace = NO_PACE
    """as it is stored"""
    bucket: int = 0
    """the ten seconds that it is now"""
    bulk: bool = True
    """whether reports count it: tests they do not"""
    followed: bool = False
    """whether outgoing webhooks tell what happens to it"""
    archived: bool = False
    """whether its messages are in a file: then it is over for good"""

    @property
    def sends(self) -> bool:
        """Whether messages of it may leave."""
        return self.opened and self.status is CampaignStatus.PROCESSING

    @property
    def in_the_making(self) -> bool:
        """Whether recipients may still become messages of it."""
        return not self.opened and self.status is CampaignStatus.DRAFT

    def is_due(self, now: datetime) -> bool:
        """Whether its time has come."""
        due = self.scheduled_at is not None and self.scheduled_at <= now
        return self.opened and self.status is CampaignStatus.SCHEDULED and due

    def may_move(
        self, target: CampaignStatus, origins: Collection[CampaignStatus], scheduled_at: datetime | None
    ) -> bool:
        """From one of `origins` to `target`: COMPLETED only when nothing is open, SCHEDULED only with a
        time."""
        if not self.opened or self.archived or self.status not in origins:
            return False
        if target is CampaignStatus.COMPLETED:
            return self.counts.open == 0
        return target is not CampaignStatus.SCHEDULED or (scheduled_at or self.scheduled_at) is not None
