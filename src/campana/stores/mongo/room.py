"""Room in the sender's day: what a campaign is promised when it starts, goes on or rests.

Room is the daily limit less what counted as used, what is on its way, and what running campaigns were
promised and have not taken yet. All of it is read under one number of the lane, so that two campaigns cannot
both count on the same room.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from campana.domain.campaigns import CampaignStatus, OnDailyLimit
from campana.engine.ports import Start, StartVerdict
from campana.stores.mongo.books import held_of
from campana.stores.mongo.changes import CampaignChange
from campana.stores.mongo.database import Document
from campana.stores.mongo.journal import Entry
from campana.stores.mongo.lane import Lane
from campana.stores.mongo.part import Part


class Room(Part):
    """See Ledger."""

    async def start(self, campaign_id: UUID, *, now: datetime, day: date, daily_limit: int) -> Start:
        async def decide(lane: Lane, campaign: Document) -> Entry[Start]:
            held = held_of(campaign)
            if not held.is_due(now):
                return Entry(Start(StartVerdict.NOT_SCHEDULED))
            needed = held.counts.pending
            room = max(0, daily_limit - lane.used_on(day) - await self._kept(lane))
            if needed > room and held.on_daily_limit is OnDailyLimit.FAIL:
                return Entry(Start(StartVerdict.NO_ROOM, needed, room))
            values = {
                "status": CampaignStatus.PROCESSING,
                "error": None,
                "waiting_until": None,
                "started_at": campaign.get("startedAt", now),
                "reserved": held.counts.sending + min(needed, room),
            }
            return Entry(Start(StartVerdict.STARTED, needed, room), [CampaignChange(campaign_id, values)])

        started = await self._journal.write_about(campaign_id, decide)
        return started or Start(StartVerdict.NOT_SCHEDULED)

    async def reserve(self, campaign_id: UUID, *, day: date, daily_limit: int) -> int:
        """A campaign that gets room no longer waits."""

        async def decide(lane: Lane, campaign: Document) -> Entry[int]:
            held = held_of(campaign)
            if not held.sends:
                return Entry(0)
            has = max(held.reserved, held.counts.sending)
            room = daily_limit - lane.used_on(day) - await self._kept(lane)
            growth = min(held.counts.open - has, room)
            if growth <= 0:
                return Entry(0)
            values = {"reserved": has + growth, "waiting_until": None}
            return Entry(growth, [CampaignChange(campaign_id, values)])

        return await self._journal.write_about(campaign_id, decide) or 0

    async def wait(self, campaign_id: UUID, until: datetime) -> bool:
        async def decide(_lane: Lane, campaign: Document) -> Entry[bool]:
            if not held_of(campaign).sends:
                return Entry(False)
            return Entry(True, [CampaignChange(campaign_id, {"waiting_until": until, "reserved": 0})])

        return await self._journal.write_about(campaign_id, decide) or False

    async def usage(self, sender_id: UUID, day: date) -> tuple[int, int]:
        """Reserved is what is on its way and what running campaigns were promised besides."""

        async def look(lane: Lane) -> tuple[int, int]:
            return lane.used_on(day), await self._kept(lane)

        return await self._journal.read(sender_id, look) or (0, 0)

    async def planned(self, sender_id: UUID, *, since: datetime, until: datetime) -> int:
        span = {"$gte": since, "$lt": until}
        mine = {"senderId": str(sender_id), "opened": True}
        due = mine | {"status": CampaignStatus.SCHEDULED.value, "scheduledAt": span}
        resting = mine | {"status": CampaignStatus.PROCESSING.value, "waitingUntil": span}
        campaigns = self._database["campaigns"]
        found = [*await campaigns.find_all(due, ["counts"]), *await campaigns.find_all(resting, ["counts"])]
        return sum(one["counts"]["pending"] for one in found)

    async def _kept(self, lane: Lane) -> int:
        """For how many messages room is kept."""
        running = {"senderId": str(lane.sender_id), "status": CampaignStatus.PROCESSING.value}
        found = await self._database["campaigns"].find_all(running, ["reserved", "counts"])
        return lane.in_flight + _promised(found)


def _promised(running: Sequence[Document]) -> int:
    """What running campaigns were promised, and have not got on its way already."""
    return sum(max(0, one["reserved"] - one["counts"]["sending"]) for one in running)
