"""What a lane does with a running campaign that has nothing to take: complete it, find room in the day, or
let it rest."""

from datetime import date

import structlog

from campana.domain.campaigns import CampaignStatus, OnDailyLimit
from campana.domain.limits import resets_at
from campana.engine.ports import LaneCampaign, LaneView
from campana.engine.sending.stops import Stops
from campana.engine.sending.tools import LaneTools

log = structlog.get_logger(__name__)


async def mind(seen: LaneCampaign, view: LaneView, *, day: date, tools: LaneTools) -> None:
    """Complete the campaign when nothing is open; reserve more of the day when it has used up its part."""
    if seen.counts.open == 0:
        if await tools.store.complete(seen.campaign.id, tools.clock.now()):
            log.info("Campaign completed: %s", seen.campaign.id)
            tools.signals.ring()
        return
    day_is_full = view.used >= view.sender.daily_limit and view.in_flight == 0
    part_is_used = seen.reserved <= seen.counts.sending
    if seen.counts.pending == 0 or not (day_is_full or part_is_used):
        return
    grown = await tools.store.reserve(seen.campaign.id, day=day, daily_limit=view.sender.daily_limit)
    if (day_is_full or not grown) and seen.counts.sending == 0:
        await _rest(seen, view, day=day, tools=tools)


async def _rest(seen: LaneCampaign, view: LaneView, *, day: date, tools: LaneTools) -> None:
    until = resets_at(day, view.sender.timezone)
    campaign = seen.campaign
    if campaign.on_daily_limit is OnDailyLimit.WAIT:
        if await tools.store.wait(campaign.id, until):
            log.info("campaign.waits", campaign=str(campaign.id), until=until.isoformat())
        return
    reason = (
        f"Daily limit: {view.used} of {view.sender.daily_limit} messages of {day} are used, "
        f"{seen.counts.pending} of this campaign are left. "
        f"It resets at {until:%Y-%m-%d %H:%M} UTC; resume then."
    )
    moved = await tools.store.move(
        campaign.id,
        CampaignStatus.PAUSED,
        origins=[CampaignStatus.PROCESSING],
        at=tools.clock.now(),
        error=reason,
    )
    if moved:
        await Stops(tools.audit, tools.metrics).tell(campaign, CampaignStatus.PAUSED, reason)
