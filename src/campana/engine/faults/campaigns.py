"""Campaigns that somebody has to see to, of every account."""

from collections.abc import AsyncIterator, Collection, Sequence

from campana.domain.accounts import Account
from campana.domain.campaigns import Campaign, CampaignStatus
from campana.engine.control import PAUSED_BY, RETRYING
from campana.engine.faults.kinds import FAILED_WITHIN, OVERDUE_AFTER, Scene, Sight
from campana.engine.ports import CampaignOrder

MOST_LOOKED_AT = 100
"""of an account, the latest first"""

_S = CampaignStatus


async def failed(scene: Scene) -> Sequence[Sight]:
    """Campaigns that could not start, since a day."""
    since = scene.clock.now() - FAILED_WITHIN
    return [
        _sight(campaign, account, f"failed at {campaign.completed_at:%Y-%m-%d %H:%M} UTC: {campaign.error}")
        async for account, campaign in _campaigns(scene, [_S.FAILED], CampaignOrder.LATEST)
        if campaign.completed_at is not None and campaign.completed_at > since
    ]


async def paused(scene: Scene) -> Sequence[Sight]:
    """Campaigns that the engine paused and nobody resumed."""
    return [
        _sight(
            campaign,
            account,
            f"was paused by the engine: {campaign.error.rstrip('.')}; put that right, then resume",
        )
        async for account, campaign in _campaigns(scene, [_S.PAUSED], CampaignOrder.LATEST)
        if campaign.error and not campaign.error.startswith(PAUSED_BY) and campaign.error != RETRYING
    ]


async def overdue(scene: Scene) -> Sequence[Sight]:
    """Campaigns whose time has come, and that did not start."""
    now, found = scene.clock.now(), []
    async for account, campaign in _campaigns(scene, [_S.SCHEDULED], CampaignOrder.SOONEST):
        due = campaign.scheduled_at
        if due is not None and now - due > OVERDUE_AFTER:
            minutes = (now - due).total_seconds() // 60
            said = f"is overdue by {minutes:.0f} min and has not started"
            found.append(_sight(campaign, account, f"{said}; does campana serve or campana worker run?"))
    return found


async def _campaigns(
    scene: Scene, statuses: Collection[CampaignStatus], order: CampaignOrder
) -> AsyncIterator[tuple[Account, Campaign]]:
    for account in await scene.store.accounts():
        page = await scene.store.campaigns(account.id, limit=MOST_LOOKED_AT, statuses=statuses, order=order)
        for view in page.items:
            yield account, view.campaign


def _sight(campaign: Campaign, account: Account, said: str) -> Sight:
    return Sight(f"campaign {campaign.name!r} of {account.name} {said}", str(campaign.id), account.id)
