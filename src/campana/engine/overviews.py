"""How an account stands today: what its senders used, what runs and comes next, how the last ones went, and
what needs a person."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from campana.domain.accounts import Principal
from campana.domain.campaigns import CampaignStatus
from campana.domain.endpoints import Endpoint
from campana.domain.limits import Usage
from campana.domain.permissions import Action, may, permit
from campana.domain.senders import Sender
from campana.engine.ports import CampaignOrder, CampaignView, Clock, Store
from campana.engine.senders import usage_of

MOST_SENDERS = 50
MOST_RUNNING = 20
MOST_PLANNED = 200
MOST_RESULTS = 5
MOST_TROUBLED = 10
TROUBLE_LASTS = timedelta(days=7)
"""after that a failed campaign is history"""

_S = CampaignStatus


@dataclass(frozen=True, slots=True)
class SenderDay:
    """A sender and its present day."""

    sender: Sender
    usage: Usage

    @property
    def nearly_full(self) -> bool:
        """Whether less than a tenth of the day's limit is left."""
        return self.usage.room * 10 < self.usage.limit


@dataclass(frozen=True, slots=True)
class Overview:
    """`planned` are SCHEDULED ones, the next first; `troubled` FAILED lately or PAUSED, the newest first."""

    days: Sequence[SenderDay]
    running: Sequence[CampaignView]
    planned: Sequence[CampaignView]
    results: Sequence[CampaignView]
    troubled: Sequence[CampaignView]
    any_list: bool
    silenced: Sequence[Endpoint] = ()
    """endpoints of webhooks that were switched off by themselves; for whoever looks after them"""

    @property
    def any_campaign(self) -> bool:
        """Whether anything was ever made."""
        return bool(self.running or self.planned or self.results or self.troubled)

    @property
    def speechless(self) -> Sequence[Sender]:
        """Senders that cannot send, as they have no credentials."""
        return [day.sender for day in self.days if day.sender.sealed_credentials is None]


class Overviews:
    """Reads; keeps nothing."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of(self, principal: Principal) -> Overview:
        """The account as it stands."""
        permit(principal, Action.READ)
        account_id = principal.account_id
        days, running, planned, results, troubled, lists = await asyncio.gather(
            self._days(principal),
            self._some(principal, MOST_RUNNING, _S.PROCESSING),
            self._some(principal, MOST_PLANNED, _S.SCHEDULED, order=CampaignOrder.SOONEST),
            self._some(principal, MOST_RESULTS, _S.COMPLETED, _S.CANCELLED),
            self._some(principal, MOST_TROUBLED, _S.FAILED, _S.PAUSED),
            self._store.recipient_lists(account_id, limit=1),
        )
        since = self._clock.now() - TROUBLE_LASTS
        fresh = [
            view
            for view in troubled
            if view.campaign.status is _S.PAUSED or (view.campaign.completed_at or since) > since
        ]
        silenced = await self._silenced(principal)
        return Overview(days, running, planned, results, fresh, bool(lists.items), silenced)

    async def _silenced(self, principal: Principal) -> Sequence[Endpoint]:
        if not may(principal, Action.WEBHOOKS):
            return ()
        return [one for one in await self._store.endpoints([principal.account_id]) if one.off_reason]

    async def _days(self, principal: Principal) -> Sequence[SenderDay]:
        senders = (await self._store.senders(principal.account_id, limit=MOST_SENDERS)).items
        usages = await asyncio.gather(*(usage_of(sender, self._store, self._clock) for sender in senders))
        return [SenderDay(sender, usage) for sender, usage in zip(senders, usages, strict=True)]

    async def _some(
        self,
        principal: Principal,
        limit: int,
        *statuses: CampaignStatus,
        order: CampaignOrder = CampaignOrder.NEWEST,
    ) -> Sequence[CampaignView]:
        found = await self._store.campaigns(principal.account_id, limit=limit, statuses=statuses, order=order)
        return found.items
