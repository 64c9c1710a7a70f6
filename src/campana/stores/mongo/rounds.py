"""What lanes look at: which senders have something to do, and a sender's running campaigns."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from campana.domain.campaigns import CampaignStatus
from campana.domain.messages import Counts
from campana.engine.ports import LaneCampaign, LaneView
from campana.stores.mongo.accounts import account_of
from campana.stores.mongo.database import Document
from campana.stores.mongo.lane import Lane
from campana.stores.mongo.part import Part
from campana.stores.mongo.preferences import preferences_of
from campana.stores.mongo.senders import sender_of
from campana.stores.mongo.views import campaign_of


class Rounds(Part):
    """See Ledger."""

    async def working_senders(self, now: datetime) -> Sequence[UUID]:
        found = await self._database["campaigns"].distinct("senderId", _working(now))
        return [UUID(one) for one in found]

    async def lane_view(self, sender_id: UUID, *, now: datetime, day: date) -> LaneView | None:
        async def look(lane: Lane) -> LaneView | None:
            sender = await self._database["senders"].find({"_id": str(sender_id)})
            if sender is None:
                return None
            account = await self._database["accounts"].find({"_id": sender["accountId"]})
            if account is None:
                return None
            return LaneView(
                sender=sender_of(sender),
                account=account_of(account),
                campaigns=await self._running(sender_id, now),
                used=lane.used_on(day),
                in_flight=lane.in_flight,
                opt_outs=account["optOuts"],
                frequency=preferences_of(account).frequency,
            )

        return await self._journal.read(sender_id, look)

    async def _running(self, sender_id: UUID, now: datetime) -> tuple[LaneCampaign, ...]:
        mine = {"senderId": str(sender_id), **_working(now)}
        order = [("startedAt", 1), ("_id", 1)]
        found = await self._database["campaigns"].find_all(mine, order=order)
        these = {"_id": {"$in": [one["recipientListId"] for one in found]}}
        lists = {
            one["_id"]: one
            for one in await self._database["recipientLists"].find_all(these, ["columns", "nameColumn"])
        }
        return tuple([await self._lane_campaign(one, lists[one["recipientListId"]]) for one in found])

    async def _lane_campaign(self, campaign: Document, people: Document) -> LaneCampaign:
        return LaneCampaign(
            campaign=campaign_of(campaign),
            columns=tuple(people["columns"]),
            name_column=people.get("nameColumn"),
            counts=Counts(**campaign["counts"]),
            reserved=campaign["reserved"],
            next_retry=await self._next_retry(campaign["_id"]),
        )

    async def _next_retry(self, campaign_id: str) -> datetime | None:
        paused = {"campaignId": campaign_id, "notBefore": {"$exists": True}}
        found = await self._database["messages"].find_all(
            paused, ["notBefore"], order=[("notBefore", 1)], limit=1
        )
        return found[0]["notBefore"] if found else None


def _working(now: datetime) -> dict[str, Any]:
    """Campaigns that run and do not wait for a later time."""
    return {
        "status": CampaignStatus.PROCESSING.value,
        "opened": True,
        "$or": [{"waitingUntil": {"$exists": False}}, {"waitingUntil": {"$lte": now}}],
    }
