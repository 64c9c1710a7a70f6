"""A campaign as reports show it: with counts, pace and what is reserved, in one row."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from campana.domain.campaigns import CampaignStatus
from campana.engine.ports import CampaignView
from campana.stores.sql.columns import database_seconds
from campana.stores.sql.rows import campaign_of, counts_of
from campana.stores.sql.schema import COUNTED, campaigns, counts

_SPAN_S = 10.0

VIEWS = select(
    campaigns,
    *(counts.c[name] for name in (*COUNTED, "reserved", "pace_bucket", "pace_current", "pace_former")),
    database_seconds().label("now"),
).join(counts, counts.c.campaign_id == campaigns.c.id)
"""Every campaign, opened or not; callers narrow it."""


def view_of(row: Row[Any]) -> CampaignView:
    """The view in a row of VIEWS."""
    campaign = campaign_of(row)
    return CampaignView(
        campaign=campaign,
        counts=counts_of(row),
        rate=_rate(row, campaign.started_at) if campaign.status is CampaignStatus.PROCESSING else 0.0,
        reserved=row.reserved,
    )


def _rate(row: Row[Any], started_at: datetime | None) -> float:
    """Accepted per second over the last ten seconds, or since the start where that is less.

    The bucket before this one counts with the part of its own time that lies in those seconds.
    """
    now = float(row.now)
    bucket = now // _SPAN_S
    if bucket == row.pace_bucket:
        current, former = row.pace_current, row.pace_former
    elif bucket == row.pace_bucket + 1:
        current, former = 0, row.pace_current
    else:
        return 0.0
    started = started_at.timestamp() if started_at is not None else 0.0
    since, boundary = max(now - _SPAN_S, started), bucket * _SPAN_S
    former_since = max(boundary - _SPAN_S, started)
    former_s = boundary - former_since
    share = min(1.0, max(0.0, boundary - since) / former_s) if former_s > 0 else 0.0
    accepted: float = current + former * share
    return accepted / max(1.0, now - since)
