"""Which workers live. Time is the database's own clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from campana.engine.ports import Presence
from campana.stores.mongo.database import Document
from campana.stores.mongo.part import Part


class Workers(Part):
    """See Lanes."""

    async def say_alive(self, owner: str, *, rate: float, ttl_s: float) -> None:
        workers, me = self._database["workers"], {"_id": owner}
        alive = {"$set": {"rate": rate, "ttlMs": round(ttl_s * 1000)}, "$currentDate": {"seenAt": True}}
        found = await workers.changed(me, alive)
        if found is None:
            await workers.add_missing([{"_id": owner, "since": await self._database.now(), "ttlMs": 0}])
            await workers.change(me, alive)

    async def say_gone(self, owner: str) -> None:
        """And whoever did not say so itself."""
        now = await self._database.now()
        gone = [one["_id"] for one in await self._database["workers"].find_all({}) if not _lives(one, now)]
        await self._database["workers"].remove({"_id": {"$in": [owner, *gone]}})

    async def workers(self) -> Sequence[Presence]:
        found = await self._database["workers"].find_all({}, order=[("since", 1), ("_id", 1)])
        now = await self._database.now()
        return [
            Presence(
                owner=one["_id"],
                since_s=(now - one["since"]).total_seconds(),
                seen_s=(now - one["seenAt"]).total_seconds(),
                rate=one["rate"],
            )
            for one in found
            if _lives(one, now)
        ]


def _lives(worker: Document, now: datetime) -> bool:
    if "seenAt" not in worker:
        return False
    ends_at: datetime = worker["seenAt"] + timedelta(milliseconds=worker["ttlMs"])
    return ends_at > now
