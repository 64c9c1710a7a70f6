"""Removing lists and campaigns whose creation was begun and never ended."""

from datetime import datetime
from typing import Any
from uuid import UUID

from campana.domain.campaigns import CampaignStatus
from campana.stores.mongo.lists import State, empty_out, let_go
from campana.stores.mongo.part import Part


class Removal(Part):
    """See Catalog."""

    async def drop_unfinished(self, before: datetime) -> int:
        """Also the list of an inline campaign that was dropped, or never begun; and what a dead process was
        about to drop."""
        old = {"createdAt": {"$lt": before}}
        dropped = 0
        for campaign in await self._database["campaigns"].find_all(old | {"opened": False}, ["_id"]):
            dropped += await self._remove_campaign(campaign["_id"])
        unfinished = old | {"state": {"$ne": State.CLOSED.value}}
        inline = old | {"state": State.CLOSED.value, "listed": False, "kept": {"$exists": False}}
        lists = self._database["recipientLists"]
        for found in [*await lists.find_all(unfinished, ["state"]), *await lists.find_all(inline, ["state"])]:
            dropped += await self._remove_list(found)
        return dropped

    async def _remove_campaign(self, campaign_id: str) -> bool:
        """A campaign that was never opened, with its messages; whether it still was one.

        CANCELLED before it was opened means: on its way out. Neither `load` nor `open_campaign` touches it
        any more.
        """
        mine = {"_id": campaign_id, "opened": False}
        cancelled = {"$set": {"status": CampaignStatus.CANCELLED.value}}
        if not await self._database["campaigns"].change(mine, cancelled):
            return False
        await self._database["messages"].remove({"campaignId": campaign_id})
        return await self._database["campaigns"].remove(mine) == 1

    async def _remove_list(self, found: dict[str, Any]) -> bool:
        list_id, state = found["_id"], found["state"]
        if state == State.GONE:
            await empty_out(self._database, UUID(list_id))
            return True
        lists = self._database["recipientLists"]
        used = {"recipientListId": list_id, "opened": True}
        if state == State.CLOSED and await self._database["campaigns"].find(used, ["_id"]):
            await lists.change({"_id": list_id}, {"$set": {"kept": True}})  # need not be looked at again
            return False
        leaving = {"$set": {"state": State.LEAVING.value}}
        await lists.change({"_id": list_id, "state": state}, leaving)
        return await let_go(self._database, UUID(list_id)) is None
