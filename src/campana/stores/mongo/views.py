"""A campaign as reports show it: with counts, pace and what is reserved."""

from datetime import datetime

from campana.domain.archives import Archive
from campana.domain.campaigns import Campaign, CampaignStatus
from campana.domain.messages import Counts
from campana.engine.ports import CampaignView
from campana.stores.archives import archive_of, archive_values
from campana.stores.mongo.books import pace_of
from campana.stores.mongo.database import Document
from campana.stores.mongo.documents import document_of, thing_of

ARCHIVE = (
    lambda stored: archive_values(thing_of(Archive, stored)),
    lambda values: document_of(archive_of(values)),
)
"""An archive in a campaign's document as every store tells it, and back."""


def campaign_of(document: Document) -> Campaign:
    """The campaign in its document."""
    return thing_of(Campaign, document)


def view_of(document: Document, now: datetime) -> CampaignView:
    """The same as reports show it."""
    campaign = campaign_of(document)
    running = campaign.status is CampaignStatus.PROCESSING
    return CampaignView(
        campaign=campaign,
        counts=Counts(**document["counts"]),
        rate=pace_of(document).rate(now.timestamp(), campaign.started_at) if running else 0.0,
        reserved=document["reserved"],
    )
