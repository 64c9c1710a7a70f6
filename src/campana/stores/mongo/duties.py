"""What one process does for all. A duty is kept like a lane: for a while, by the database's clock."""

from datetime import timedelta

from campana.stores.mongo.database import Document
from campana.stores.mongo.part import Part


class Duties(Part):
    """See Lanes."""

    async def hold_duty(self, duty: str, owner: str, *, ttl_s: float) -> bool:
        duties, me = self._database["duties"], {"_id": duty}
        mine = {"$set": {"owner": owner, "ttlMs": round(ttl_s * 1000)}, "$currentDate": {"renewedAt": True}}
        look = {"$currentDate": {"lookedAt": True}}
        while (found := await duties.changed(me, look)) is None:
            await duties.add_missing([{"_id": duty, "owner": "", "ttlMs": 0}])
        if found["owner"] != owner and _lives(found):
            return False
        seen = {name: found.get(name, {"$exists": False}) for name in ("owner", "renewedAt")}
        return await duties.change(me | seen, mine)

    async def leave_duty(self, duty: str, owner: str) -> None:
        mine = {"_id": duty, "owner": owner}
        await self._database["duties"].change(mine, {"$set": {"owner": "", "ttlMs": 0}})


def _lives(duty: Document) -> bool:
    if "renewedAt" not in duty:
        return False
    ends_at = duty["renewedAt"] + timedelta(milliseconds=duty["ttlMs"])
    return bool(ends_at > duty["lookedAt"])
