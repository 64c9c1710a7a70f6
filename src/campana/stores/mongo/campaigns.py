"""Campaigns as reports and their owners see them. How they move: see moves and room."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import UUID

from campana.domain.campaigns import EDITABLE, Campaign, CampaignStatus
from campana.domain.errors import NotFound
from campana.domain.messages import Counts
from campana.engine.ports import CampaignView, Statistics
from campana.stores.mongo.books import NO_PACE, held_of
from campana.stores.mongo.changes import CampaignChange
from campana.stores.mongo.database import Document
from campana.stores.mongo.documents import document_of, key_of
from campana.stores.mongo.failures import Duplicate
from campana.stores.mongo.journal import Entry
from campana.stores.mongo.lane import Lane
from campana.stores.mongo.lists import State
from campana.stores.mongo.part import Part
from campana.stores.mongo.views import campaign_of, view_of

_EDITED = ("name", "fields", "header", "scheduled_at", "status")


class Campaigns(Part):
    """See Catalog."""

    async def add_campaign(self, campaign: Campaign) -> Campaign:
        """Raises NotFound when the account has no such sender or list."""
        fresh = replace(campaign, status=CampaignStatus.DRAFT)
        await self._require_sender(fresh)
        await self._require_list(fresh)
        try:
            await self._database["campaigns"].add(_new(fresh))
        except Duplicate:
            found = await self.campaign_by_key(fresh.account_id, fresh.idempotency_key or "")
            return found or fresh
        try:
            await self._require_list(fresh)  # whoever drops a list hides it first, then looks for campaigns
        except NotFound:
            await self._database["campaigns"].remove({"_id": str(fresh.id), "opened": False})
            raise
        return fresh

    async def campaign_by_key(self, account_id: UUID, idempotency_key: str) -> Campaign | None:
        mine = {"accountId": str(account_id), "idempotencyKey": idempotency_key}
        found = await self._database["campaigns"].find(mine)
        return None if found is None else campaign_of(found)

    async def campaign(self, account_id: UUID, campaign_id: UUID) -> CampaignView | None:
        mine = {"_id": str(campaign_id), "accountId": str(account_id), "opened": True}
        found = await self._database["campaigns"].find(mine)
        return None if found is None else view_of(found, await self._database.now())

    async def edit_campaign(self, campaign: Campaign) -> bool:
        """Raises ValueError when the new status is not one of those that may be edited."""
        if campaign.status not in EDITABLE:
            raise ValueError(f"an edited campaign cannot become {campaign.status}")
        values = {name: getattr(campaign, name) for name in _EDITED} | {"name_key": key_of(campaign.name)}

        async def decide(_lane: Lane, found: Document) -> Entry[bool]:
            held = held_of(found)
            if held.account_id != campaign.account_id or not held.opened or held.status not in EDITABLE:
                return Entry(False)
            told = held.status is not campaign.status
            return Entry(True, [CampaignChange(campaign.id, values, told=told)])

        return await self._journal.write_about(campaign.id, decide) or False

    async def progress(self, campaign_ids: Collection[UUID]) -> Mapping[UUID, CampaignView]:
        if not campaign_ids:
            return {}
        these = {"_id": {"$in": [str(one) for one in campaign_ids]}}
        found = await self._database["campaigns"].find_all(these)
        now = await self._database.now()
        return {UUID(one["_id"]): view_of(one, now) for one in found}

    async def statistics(self) -> Statistics:
        campaigns = self._database["campaigns"]
        of_status = {status: {"opened": True, "status": status.value} for status in CampaignStatus}
        running = await campaigns.find_all(of_status[CampaignStatus.PROCESSING], ["counts"])
        overdue = await campaigns.find_all(
            of_status[CampaignStatus.SCHEDULED] | {"scheduledAt": {"$lte": await self._database.now()}},
            ["scheduledAt"],
            order=[("scheduledAt", 1)],
            limit=1,
        )
        return Statistics(
            queued=sum(one["counts"]["pending"] for one in running),
            campaigns={status: await campaigns.count(query) for status, query in of_status.items()},
            oldest_due=overdue[0]["scheduledAt"] if overdue else None,
        )

    async def _require_sender(self, campaign: Campaign) -> None:
        mine = {"_id": str(campaign.sender_id), "accountId": str(campaign.account_id)}
        if await self._database["senders"].find(mine, ["_id"]) is None:
            raise NotFound("There is no such sender")

    async def _require_list(self, campaign: Campaign) -> None:
        mine = {"_id": str(campaign.recipient_list_id), "accountId": str(campaign.account_id)}
        standing = {"state": State.CLOSED.value, "removedAt": {"$exists": False}}
        if await self._database["recipientLists"].find(mine | standing, ["_id"]) is None:
            raise NotFound("There is no such recipient list")


def _new(campaign: Campaign) -> Document:
    """`seq` is the journal's, `loadedRow` how far its recipients are messages already."""
    return document_of(
        campaign,
        name_key=key_of(campaign.name),
        opened=False,
        counts=Counts(),
        reserved=0,
        pace=NO_PACE,
        seq=0,
        loaded_row=0,
    )
