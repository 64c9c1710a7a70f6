"""Campaigns that somebody has to see to, of every account."""

from collections.abc import AsyncIterator, Collection, Sequence

from campana.domain.campaigns import Campaign, CampaignStatus
from campana.engine.control import PAUSED_BY, RETRYING
from campana.engine.faults.kinds import FAILED_WITHIN, OVERDUE_AFTER, Scene
from campana.engine.ports import CampaignOrder

MOST_LOOKED_AT = 100
"""of an account, the latest first"""

_S = CampaignStatus


async def failed(scene: Scene) -> Sequence[str]:
    """Campaigns that could not start, since a day."""
    since = scene.clock.now() - FAILED_WITHIN
    return [
        f"{_named(campaign, account)} failed at {campaign.completed_at:%Y-%m-%d %H:%M} UTC: {campaign.error}"
        async for account, campaign in _campaigns(scene, [_S.FAILED], CampaignOrder.LATEST)
        if campaign.completed_at is not None and campaign.completed_at > since
    ]


async def paused(scene: Scene) -> Sequence[str]:
    """Campaigns that the engine paused and nobody resumed."""
    return [
        f"{_named(campaign, account)} was paused by the engine: {campaign.error}; put that right, then resume"
        async for account, campaign in _campaigns(scene, [_S.PAUSED], CampaignOrder.LATEST)
        if campaign.error and not campaign.error.startswith(PAUSED_BY) and campaign.error != RETRYING
    ]


async def overdue(scene: Scene) -> Sequence[str]:
    """Campaigns whose time has come, and that did not start."""
    now, found = scene.clock.now(), []
    async for account, campaign in _campaigns(scene, [_S.SCHEDULED], CampaignOrder.SOONEST):
        due = campaign.scheduled_at
        if due is not None and now - due > OVERDUE_AFTER:
            minutes = (now - due).total_seconds() // 60
            found.append(
                f"{_named(campaign, account)} is overdue by {minutes:.0f} min and has not started; "
                "does campana serve or campana worker run?"
            )
    return found


async def _campaigns(
    scene: Scene, statuses: Collection[CampaignStatus], order: CampaignOrder
) -> AsyncIterator[tuple[str, Campaign]]:
    for account in await scene.store.accounts():
        page = await scene.store.campaigns(account.id, limit=MOST_LOOKED_AT, statuses=statuses, order=order)
        for view in page.items:
            yield account.name, view.campaign


def _named(campaign: Campaign, account: str) -> str:
    return f"campaign {campaign.name!r} of {account}"
