"""Campaigns that a restore holds back, for the person who lets them go on."""

from dataclasses import dataclass

from campana.domain.accounts import Principal, Role
from campana.domain.campaigns import Campaign, CampaignStatus
from campana.engine.moving.caution import HELD
from campana.engine.people.principals import principal_of
from campana.engine.ports import Store

PAGE = 200


@dataclass(frozen=True, slots=True)
class Held:
    """A campaign, and an owner of its account on whose behalf it is resumed."""

    campaign: Campaign
    owner: Principal


async def held_campaigns(store: Store) -> list[Held]:
    """Those of every account, newest first."""
    found = []
    for account in await store.accounts():
        owners = [user for user in await store.users(account.id) if user.role is Role.OWNER]
        if owners:
            owner = principal_of(owners[0])
            found += [Held(campaign, owner) for campaign in await _held_in(store, owner)]
    return found


async def _held_in(store: Store, owner: Principal) -> list[Campaign]:
    found, cursor, more = [], None, True
    while more:
        page = await store.campaigns(
            owner.account_id, limit=PAGE, cursor=cursor, statuses=[CampaignStatus.PAUSED]
        )
        campaigns = (view.campaign for view in page.items)
        found += [campaign for campaign in campaigns if (campaign.error or "").startswith(HELD)]
        cursor, more = page.next_cursor, page.next_cursor is not None
    return found
