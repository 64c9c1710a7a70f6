"""What provider hosts asked of everybody, known to every process."""

from datetime import timedelta

from campana.engine.ports import HostPace
from campana.stores.mongo.part import Part


class Hosts(Part):
    """See Lanes."""

    async def slow_host(self, host: str, pace: HostPace) -> None:
        """Factor and reason are the newest; of two holds the one that ends later stays."""
        now = await self._database.now()
        asked = {
            "$set": {"askedAt": now, "factor": pace.factor, "reason": pace.reason},
            "$max": {"holdUntil": now + timedelta(seconds=pace.hold_s)},
        }
        await self._database["hosts"].change({"_id": host}, asked, upsert=True)

    async def host_pace(self, host: str) -> HostPace:
        found = await self._database["hosts"].find({"_id": host})
        if found is None:
            return HostPace()
        now = await self._database.now()
        return HostPace(
            hold_s=max(0.0, (found["holdUntil"] - now).total_seconds()),
            factor=found["factor"],
            reason=found["reason"],
            age_s=max(0.0, (now - found["askedAt"]).total_seconds()),
        )
