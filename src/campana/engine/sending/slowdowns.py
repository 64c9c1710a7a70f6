"""Whether the provider's host slows a campaign down at present, for those who look at the campaign."""

from collections.abc import Mapping

from campana.domain.campaigns import CampaignStatus
from campana.engine.ports import CampaignView, HostPace, Lanes, Provider, Store
from campana.engine.sending.governor import recovered


class Slowdowns:
    """Reads what lanes of any process have told the store."""

    def __init__(self, store: Store, providers: Mapping[str, Provider]) -> None:
        self._store = store
        self._providers = providers

    async def of(self, view: CampaignView) -> HostPace | None:
        """The pace of the campaign's host, with the factor in force now; None where nothing slows it down."""
        campaign = view.campaign
        if campaign.status is not CampaignStatus.PROCESSING:
            return None
        sender = await self._store.sender(campaign.account_id, campaign.sender_id)
        provider = self._providers.get(sender.provider) if sender else None
        return await present_pace(provider.host, self._store) if provider else None


async def present_pace(host: str, lanes: Lanes) -> HostPace | None:
    """The same for a host."""
    told = await lanes.host_pace(host)
    factor = recovered(told.factor, told.age_s) if told.hold_s <= 0 else told.factor
    if told.hold_s <= 0 and factor >= 1.0:
        return None
    return HostPace(hold_s=told.hold_s, factor=factor, reason=told.reason, age_s=told.age_s)
