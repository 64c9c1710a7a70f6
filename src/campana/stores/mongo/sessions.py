"""Sessions and one-time links, and what of them has expired."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from campana.domain.accounts import User
from campana.domain.errors import NotFound
from campana.domain.sign_in import Link, Purpose, Session
from campana.stores.mongo.cursors import NEWEST_FIRST
from campana.stores.mongo.documents import document_of, thing_of
from campana.stores.mongo.part import Part
from campana.stores.mongo.team import user_like


class Sessions(Part):
    """See SignIns."""

    async def add_session(self, session: Session) -> None:
        if await self._database["users"].find({"_id": str(session.user_id)}, ["_id"]) is None:
            raise NotFound("There is no such user")
        await self._database["sessions"].add(document_of(session))

    async def session(self, digest: str) -> tuple[Session, User] | None:
        found = await self._database["sessions"].find({"digest": digest})
        user = None if found is None else await user_like(self._database, {"_id": found["userId"]})
        return None if found is None or user is None else (thing_of(Session, found), user)

    async def sessions(self, user_id: UUID) -> Sequence[Session]:
        order = [("seenAt", -1), ("_id", -1)]
        found = await self._database["sessions"].find_all({"userId": str(user_id)}, order=order)
        return [thing_of(Session, one) for one in found]

    async def session_seen(self, session_id: UUID, at: datetime, address: str) -> None:
        seen = {"$set": {"seenAt": at, "address": address}}
        await self._database["sessions"].change({"_id": str(session_id)}, seen)

    async def drop_session(self, user_id: UUID, session_id: UUID) -> bool:
        mine = {"_id": str(session_id), "userId": str(user_id)}
        return await self._database["sessions"].remove(mine) == 1

    async def drop_sessions(self, user_id: UUID, *, but: UUID | None = None) -> int:
        mine: dict[str, Any] = {"userId": str(user_id)}
        if but is not None:
            mine["_id"] = {"$ne": str(but)}
        return await self._database["sessions"].remove(mine)

    async def add_link(self, link: Link) -> None:
        for collection, identity in (("accounts", link.account_id), ("users", link.user_id)):
            this = {"_id": str(identity)}
            if identity is not None and await self._database[collection].find(this, ["_id"]) is None:
                raise NotFound("There is no such account or user")
        await self._database["links"].add(document_of(link))

    async def link(self, digest: str, purpose: Purpose) -> Link | None:
        found = await self._database["links"].find({"digest": digest, "purpose": purpose.value})
        return None if found is None else thing_of(Link, found)

    async def spend_link(self, digest: str, purpose: Purpose, now: datetime) -> Link | None:
        good = {"digest": digest, "purpose": purpose.value, "expiresAt": {"$gt": now}}
        found = await self._database["links"].take_away(good)
        return None if found is None else thing_of(Link, found)

    async def links(self, account_id: UUID, purpose: Purpose) -> Sequence[Link]:
        mine = {"accountId": str(account_id), "purpose": purpose.value}
        found = await self._database["links"].find_all(mine, order=NEWEST_FIRST)
        return [thing_of(Link, one) for one in found]

    async def drop_link(self, account_id: UUID, link_id: UUID) -> bool:
        mine = {"_id": str(link_id), "accountId": str(account_id)}
        return await self._database["links"].remove(mine) == 1

    async def drop_links(self, purpose: Purpose, user_id: UUID | None) -> int:
        owner: Any = {"$exists": False} if user_id is None else str(user_id)
        return await self._database["links"].remove({"purpose": purpose.value, "userId": owner})

    async def drop_expired(self, now: datetime, *, attempts_before: datetime) -> int:
        expired = {"expiresAt": {"$lte": now}}
        dropped = await self._database["sessions"].remove(expired)
        dropped += await self._database["links"].remove(expired)
        return dropped + await self._database["attempts"].remove({"lastAt": {"$lt": attempts_before}})
