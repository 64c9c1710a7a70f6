"""How messages of campaigns that are over go from the database into files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from campana.domain.archives import Archive
from campana.domain.campaigns import Campaign
from campana.engine.ports.catalog import CampaignView


@dataclass(frozen=True, slots=True)
class ArchivedRow:
    """Where the message to somebody is: the campaign with its archive, and the row in it."""

    campaign: Campaign
    row: int


class Archiving(Protocol):
    """The store keeps what is to be known of a file, and lets go of messages only behind that. Files it
    knows nothing of."""

    async def archivable(self, before: datetime, *, limit: int) -> Sequence[CampaignView]:
        """Bulk campaigns that were over before then, with nothing open and no archive; the oldest first."""

    async def keep_archive(self, campaign_id: UUID, archive: Archive, *, completed_at: datetime) -> bool:
        """Note that the campaign's messages are in a file, if it is over since `completed_at` still and has
        no archive; whether it was noted. From then on it leads nowhere any more: no retry."""

    async def drop_archived(self, campaign_id: UUID, *, limit: int) -> int:
        """Remove up to `limit` messages of a campaign that has an archive; how many. Counts stay. 0 when none
        are left, which is noted."""

    async def half_archived(self) -> Sequence[Campaign]:
        """Campaigns with an archive whose messages were not removed to the last, of every account."""

    async def archived_rows(self, account_id: UUID, phone: str) -> Sequence[ArchivedRow]:
        """Where archives hold messages to that number."""
