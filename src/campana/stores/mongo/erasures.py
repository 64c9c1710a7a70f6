"""Erasures as a whole: begun, waited for, finished, and what is remembered of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from campana.domain.messages import MessageStatus
from campana.domain.privacy import ERASED_REASON, Erasure, Waits
from campana.domain.recipients import Suppression, SuppressionSource
from campana.stores.mongo.account_journal import AccountEntry
from campana.stores.mongo.database import Document
from campana.stores.mongo.erasing import messages_of, rows_of
from campana.stores.mongo.lists import State
from campana.stores.mongo.part import Part
from campana.stores.mongo.suppressions import MORE, written

_SETTLING = timedelta(seconds=5)
"""how long after a message's end its code may still be drawn conclusions from"""
_ERASURE = SuppressionSource.ERASURE
_M = MessageStatus


class Erasures(Part):
    """See Privacy."""

    async def begin_erasure(self, erasure: Erasure) -> None:
        """A suppression that is there becomes the erasure's."""
        # No id of another kind is needed: the number is there once.
        identity = uuid5(erasure.account_id, erasure.digest)
        mine = (erasure.account_id, erasure.phone, ERASED_REASON, _ERASURE, erasure.begun_at)
        suppression = written(Suppression(identity, *mine))

        async def decide(account: Document) -> AccountEntry[None]:
            number = {"accountId": account["_id"], "phone": erasure.phone}
            there = await self._database["suppressions"].find(number, ["_id"])
            erased = {"_id": f"{account['_id']}-{erasure.digest}", "accountId": account["_id"]}
            erased |= {"digest": erasure.digest, "begunAt": erasure.begun_at}
            changes: Document = {"erasures": [erased], "suppressions": [suppression]}
            if there is not None:
                changes |= {"rewritten": suppression | there, "suppressions": []}
            return AccountEntry(None, changes, MORE)

        await self._account_journal.write(erasure.account_id, decide)

    async def erasures_under_way(self) -> Sequence[tuple[UUID, str, datetime]]:
        found = await self._database["suppressions"].find_all(
            {"source": _ERASURE.value}, order=[("createdAt", 1)]
        )
        return [(UUID(one["accountId"]), one["phone"], one["createdAt"]) for one in found]

    async def erasure_waits(self, account_id: UUID, phone: str, *, since: datetime, now: datetime) -> Waits:
        """Also carries out what dead processes left half done: messages may be on their way by it."""
        await self._journal.catch_up()
        mine = {"accountId": str(account_id)}
        senders = [one["_id"] for one in await self._database["senders"].find_all(mine, ["_id"])]
        lists = await self._database["recipientLists"].count(mine | {"state": State.OPEN.value})
        posts = {"senderId": {"$in": senders}, "receivedAt": {"$lte": since}}
        told = [
            message
            for row in await rows_of(self._database, account_id, phone)
            for message in await messages_of(self._database, row)
        ]
        sending = sum(_is_on_its_way(message, now) for message in told)
        return Waits(sending, lists, await self._database["inbox"].count(posts))

    async def finish_erasure(self, account_id: UUID, phone: str) -> bool:
        this = {"accountId": str(account_id), "phone": phone, "source": _ERASURE.value}
        return await self._database["suppressions"].remove(this) == 1

    async def erased(self, account_id: UUID) -> Mapping[str, datetime]:
        found = await self._database["erasures"].find_all({"accountId": str(account_id)})
        return {one["digest"]: one["begunAt"] for one in found}

    async def privacy_key(self, account_id: UUID) -> str | None:
        found = await self._database["accounts"].find({"_id": str(account_id)}, ["sealedPrivacyKey"])
        return (found or {}).get("sealedPrivacyKey")

    async def keep_privacy_key(self, account_id: UUID, sealed: str) -> str:
        keyless = {"_id": str(account_id), "sealedPrivacyKey": {"$exists": False}}
        await self._database["accounts"].change(keyless, {"$set": {"sealedPrivacyKey": sealed}})
        return await self.privacy_key(account_id) or sealed

    async def forget_erased(self, account_id: UUID) -> int:
        keyless = {"$unset": {"sealedPrivacyKey": ""}}
        await self._database["accounts"].change({"_id": str(account_id)}, keyless)
        return await self._database["erasures"].remove({"accountId": str(account_id)})


def _is_on_its_way(message: Mapping[str, Any], now: datetime) -> bool:
    """Or was until a moment ago."""
    if message["status"] == _M.SENDING.value:
        return True
    ended = message.get("settledAt")
    return message["status"] != _M.SKIPPED.value and ended is not None and ended > now - _SETTLING
