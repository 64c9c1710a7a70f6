"""A campaign as reports show it: with counts, pace and what is reserved, in one row."""

from typing import Any

from sqlalchemy import Row, select

from campana.domain.campaigns import CampaignStatus
from campana.engine.ports import CampaignView
from campana.stores.pace import Pace
from campana.stores.sql.columns import database_seconds
from campana.stores.sql.rows import campaign_of, counts_of
from campana.stores.sql.schema import COUNTED, campaigns, counts

VIEWS = select(
    campaigns,
    *(counts.c[name] for name in (*COUNTED, "reserved", "pace_bucket", "pace_current", "pace_former")),
    database_seconds().label("now"),
).join(counts, counts.c.campaign_id == campaigns.c.id)
"""Every campaign, opened or not; callers narrow it."""


def view_of(row: Row[Any]) -> CampaignView:
    """The view in a row of VIEWS."""
    campaign = campaign_of(row)
    running = campaign.status is CampaignStatus.PROCESSING
    pace = Pace(row.pace_bucket, row.pace_current, row.pace_former)
    return CampaignView(
        campaign=campaign,
        counts=counts_of(row),
        rate=pace.rate(float(row.now), campaign.started_at) if running else 0.0,
        reserved=row.reserved,
    )
