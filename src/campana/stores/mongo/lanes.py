"""Who may send for which sender. Lease time is the database's own clock."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from campana.domain.messages import MessageStatus
from campana.domain.senders import Sender
from campana.engine.ports import LaneHolder, Lease
from campana.stores.mongo.books import held_of, shifted
from campana.stores.mongo.changes import Change, MessageChange
from campana.stores.mongo.journal import Entry
from campana.stores.mongo.lane import Lane
from campana.stores.mongo.news import tell_opened
from campana.stores.mongo.part import Part
from campana.stores.mongo.senders import sender_of
from campana.stores.reasons import LOST_TRACK_CODE, LOST_TRACK_REASON

_SAYS_SO = {"$exists": True}


class Lanes(Part):
    """See the port of that name."""

    async def acquire(self, sender_id: UUID, owner: str, *, ttl_s: float, day: date) -> Lease | None:
        """None also when there is no such sender."""

        async def decide(lane: Lane) -> Entry[Lease | None]:
            if lane.live:
                return Entry(None)
            lost, changes = await self._lose_track(lane)
            fence = lane.fence + 1
            books = {"owner": owner, "fence": fence, "ttlMs": _millis(ttl_s), "inFlight": 0}
            held: dict[str, dict[str, Any]] = {
                "$set": books | lane.spent(day, lost),
                "$currentDate": {"renewedAt": True},
                "$unset": {"quietFrom": ""},
            }
            lease = Lease(sender_id, owner, fence, quiet_s=lane.quiet_s, lost_track=lost)
            return Entry(lease, changes, held)

        return await self._journal.write(sender_id, decide)

    async def renew(self, lease: Lease, *, ttl_s: float) -> bool:
        """A lease that ran out may be renewed as long as nobody else took the lane."""
        mine = {"_id": str(lease.sender_id), "owner": lease.owner, "fence": lease.fence}
        renewed = {
            "$set": {"ttlMs": _millis(ttl_s)},
            "$currentDate": {"renewedAt": True},
            "$inc": {"seq": 1},  # whoever looked at the lane before this must look again
        }
        return await self._database["lanes"].change(mine, renewed)

    async def release(self, lease: Lease) -> None:
        await self.void(lease.sender_id, lease.fence)

    async def void(self, sender_id: UUID, fence: int) -> bool:
        held = {"_id": str(sender_id), "fence": fence, "owner": {"$exists": True}}
        ended = {"$unset": {"owner": ""}, "$currentDate": {"quietFrom": True}, "$inc": {"seq": 1}}
        return await self._database["lanes"].change(held, ended)

    async def expire(self, *, day_of: Mapping[UUID, date]) -> int:
        lost = 0
        for sender_id, day in sorted(day_of.items()):
            lost += await self._expire(sender_id, day)
        return lost

    async def stranded(self) -> Sequence[Sender]:
        """Also carries out what dead processes left half done."""
        await self._journal.catch_up()
        await self._account_journal.catch_up()
        await tell_opened(self._database, await self._database["campaigns"].find_all({"untold": _SAYS_SO}))
        found = await self._database["lanes"].find_all({"inFlight": {"$gt": 0}})
        now = await self._database.now()
        dead = sorted(one["_id"] for one in found if not Lane.of(one, now).live)
        if not dead:
            return []
        senders = await self._database["senders"].find_all({"_id": {"$in": dead}}, order=[("_id", 1)])
        return [sender_of(one) for one in senders]

    async def holders(self) -> Sequence[LaneHolder]:
        found = await self._database["lanes"].find_all({"owner": {"$exists": True}}, order=[("_id", 1)])
        now = await self._database.now()
        lanes = [Lane.of(one, now) for one in found]
        return [
            LaneHolder(lane.sender_id, lane.owner or "", lane.fence, (lane.expires_at - now).total_seconds())
            for lane in lanes
        ]

    async def _expire(self, sender_id: UUID, day: date) -> int:
        async def decide(lane: Lane) -> Entry[int]:
            if lane.live or not lane.in_flight:
                return Entry(0)
            lost, changes = await self._lose_track(lane)
            return Entry(lost, changes, {"$set": {"inFlight": 0} | lane.spent(day, lost)})

        return await self._journal.write(sender_id, decide) or 0

    async def _lose_track(self, lane: Lane) -> tuple[int, list[Change]]:
        """What a dead lease left on its way may have gone out: UNKNOWN, counted as used; how many
        messages."""
        if not lane.in_flight:
            return 0, []
        on_their_way = {"senderId": str(lane.sender_id), "counts.sending": {"$gt": 0}}
        lost, changes = 0, list[Change]()
        values: dict[str, Any] = {
            "status": MessageStatus.UNKNOWN,
            "code": LOST_TRACK_CODE,
            "reason": LOST_TRACK_REASON,
            "settled_at": lane.now,
        }
        for campaign in await self._database["campaigns"].find_all(on_their_way):
            held = held_of(campaign)
            sending = {"campaignId": campaign["_id"], "status": MessageStatus.SENDING.value}
            messages = self._database["messages"]
            found = await messages.find_all(sending, ["row"], order=[("row", 1)])
            rows = [one["row"] for one in found]
            by = {MessageStatus.SENDING: -len(rows), MessageStatus.UNKNOWN: len(rows)}
            changes += [
                MessageChange(held.id, rows, values),
                shifted(held, by, reserved=held.reserved - len(rows)),
            ]
            lost += len(rows)
        return lost, changes


def _millis(seconds: float) -> int:
    return round(seconds * 1000)
