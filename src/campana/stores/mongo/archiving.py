"""Messages that go into files: what is noted of a file, and their removal behind that."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from campana.domain.archives import Archive
from campana.domain.campaigns import OVER, Campaign, CampaignKind
from campana.engine.ports import ArchivedRow, CampaignView
from campana.stores.mongo.books import held_of
from campana.stores.mongo.changes import CampaignChange
from campana.stores.mongo.database import Document
from campana.stores.mongo.journal import Entry
from campana.stores.mongo.lane import Lane
from campana.stores.mongo.part import Part
from campana.stores.mongo.views import campaign_of, view_of

_ARCHIVED = {"archive": {"$exists": True}}


class ArchivingPart(Part):
    """See Archiving."""

    async def archivable(self, before: datetime, *, limit: int) -> Sequence[CampaignView]:
        over = {
            "opened": True,
            "kind": CampaignKind.BULK.value,
            "status": {"$in": sorted(status.value for status in OVER)},
            "completedAt": {"$lt": before},
            "archive": {"$exists": False},
            "counts.pending": 0,
            "counts.sending": 0,
        }
        order = [("completedAt", 1), ("_id", 1)]
        found = await self._database["campaigns"].find_all(over, order=order, limit=limit)
        now = await self._database.now()
        return [view_of(one, now) for one in found]

    async def keep_archive(self, campaign_id: UUID, archive: Archive, *, completed_at: datetime) -> bool:
        async def decide(_lane: Lane, campaign: Document) -> Entry[bool]:
            held = held_of(campaign)
            same = campaign.get("completedAt") == completed_at and "archive" not in campaign
            if not (held.opened and held.status in OVER and same):
                return Entry(False)
            values = {"archive": archive, "emptied": False}
            return Entry(True, [CampaignChange(campaign_id, values, told=False)])

        return await self._journal.write_about(campaign_id, decide) or False

    async def drop_archived(self, campaign_id: UUID, *, limit: int) -> int:
        campaigns, messages = self._database["campaigns"], self._database["messages"]
        mine = {"_id": str(campaign_id), **_ARCHIVED}
        if await campaigns.find(mine, ["_id"]) is None:
            return 0
        order = [("row", 1)]
        found = await messages.find_all({"campaignId": str(campaign_id)}, ["_id"], order=order, limit=limit)
        if not found:
            await campaigns.change(mine, {"$set": {"emptied": True}})
            return 0
        return await messages.remove({"_id": {"$in": [one["_id"] for one in found]}})

    async def half_archived(self) -> Sequence[Campaign]:
        found = await self._database["campaigns"].find_all({**_ARCHIVED, "emptied": False})
        return [campaign_of(one) for one in found]

    async def archived_rows(self, account_id: UUID, phone: str) -> Sequence[ArchivedRow]:
        archived = {"accountId": str(account_id), **_ARCHIVED}
        order = [("completedAt", 1), ("_id", 1)]
        found = [
            campaign_of(one) for one in await self._database["campaigns"].find_all(archived, order=order)
        ]
        lists = sorted({str(one.recipient_list_id) for one in found})
        theirs = {"listId": {"$in": lists}, "phone": phone}
        rows = {
            one["listId"]: one["row"]
            for one in await self._database["recipients"].find_all(theirs, ["listId", "row"])
        }
        return [
            ArchivedRow(one, rows[str(one.recipient_list_id)])
            for one in found
            if str(one.recipient_list_id) in rows
        ]
