"""Second factors, each with its recovery codes in one document, and attempts that are counted."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from campana.domain.errors import NotFound
from campana.domain.sign_in import SecondFactor
from campana.stores.mongo.database import Document
from campana.stores.mongo.documents import document_of, thing_of
from campana.stores.mongo.part import Part


class SecondFactors(Part):
    """See SignIns."""

    async def save_second_factor(self, factor: SecondFactor, recovery: Collection[str]) -> None:
        me = {"_id": str(factor.user_id)}
        if await self._database["users"].find(me, ["_id"]) is None:
            raise NotFound("There is no such user")
        values = document_of(factor, recovery=sorted(recovery))
        await self._database["secondFactors"].change(me, {"$set": values}, upsert=True)

    async def second_factor(self, user_id: UUID) -> SecondFactor | None:
        found = await self._database["secondFactors"].find({"_id": str(user_id)})
        return None if found is None else thing_of(SecondFactor, found)

    async def drop_second_factor(self, user_id: UUID) -> bool:
        return await self._database["secondFactors"].remove({"_id": str(user_id)}) == 1

    async def spend_step(self, user_id: UUID, step: int) -> bool:
        older = {"_id": str(user_id), "lastStep": {"$lt": step}}
        return await self._database["secondFactors"].change(older, {"$set": {"lastStep": step}})

    async def spend_recovery_code(self, user_id: UUID, digest: str) -> bool:
        unspent = {"_id": str(user_id), "recovery": digest}
        return await self._database["secondFactors"].change(unspent, {"$pull": {"recovery": digest}})

    async def recovery_codes(self, user_id: UUID) -> int:
        found = await self._database["secondFactors"].find({"_id": str(user_id)}, ["recovery"])
        return 0 if found is None else len(found["recovery"])

    async def count_attempt(
        self, key: str, now: datetime, *, waits: Sequence[float], forget_before: datetime
    ) -> datetime | None:
        attempts = self._database["attempts"]
        while True:
            found = await attempts.find({"_id": key})
            if found is not None and found["nextAt"] > now:
                next_at: datetime = found["nextAt"]
                return next_at
            before = 0 if found is None or found["lastAt"] < forget_before else found["number"]
            wait = timedelta(seconds=waits[min(before, len(waits) - 1)])
            counted = {"number": before + 1, "lastAt": now, "nextAt": now + wait}
            if found is None and await attempts.add_missing([{"_id": key, **counted}]):
                return None
            if found is not None and await attempts.change(_as_seen(found), {"$set": counted}):
                return None

    async def forgive_attempt(self, key: str, *, all_of_them: bool) -> None:
        attempts = self._database["attempts"]
        if all_of_them:
            await attempts.remove({"_id": key})
            return
        while (found := await attempts.find({"_id": key, "number": {"$gt": 0}})) is not None:
            one_less = {"number": found["number"] - 1, "nextAt": found["lastAt"]}
            if await attempts.change(_as_seen(found), {"$set": one_less}):
                return


def _as_seen(attempts: Document) -> Document:
    """Only if nobody counted meanwhile."""
    return {name: attempts[name] for name in ("_id", "number", "lastAt", "nextAt")}
