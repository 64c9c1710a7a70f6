"""The users of accounts.

What makes somebody an owner, or none any more, goes through the account's journal: two owners who remove each
other at once would each find the other still there.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from campana.domain.accounts import Role, User
from campana.domain.errors import Conflict, NotFound
from campana.stores.mongo.account_journal import AccountEntry
from campana.stores.mongo.cursors import NEWEST_FIRST
from campana.stores.mongo.database import Database, Document
from campana.stores.mongo.documents import document_of, key_of, thing_of
from campana.stores.mongo.failures import Duplicate
from campana.stores.mongo.part import Part


class Team(Part):
    """See People. E-mail addresses are the same in any case."""

    async def add_user(self, user: User) -> None:
        if await self._database["accounts"].find({"_id": str(user.account_id)}, ["_id"]) is None:
            raise NotFound("There is no such account")
        document = document_of(user, email_key=key_of(user.email), team_seq=0)
        del document["suspended"]  # the account is, or is not
        try:
            await self._database["users"].add(document)
        except Duplicate:
            raise Conflict(f"There is a user {user.email} already") from None

    async def users(self, account_id: UUID | None = None) -> Sequence[User]:
        query = {} if account_id is None else {"accountId": str(account_id)}
        return await users_like(self._database, query)

    async def user(self, user_id: UUID) -> User | None:
        return await user_like(self._database, {"_id": str(user_id)})

    async def user_by_email(self, email: str) -> User | None:
        return await user_like(self._database, {"emailKey": key_of(email)})

    async def set_password(self, user_id: UUID, password_hash: str) -> None:
        changed = {"$set": {"passwordHash": password_hash}}
        if not await self._database["users"].change({"_id": str(user_id)}, changed):
            raise NotFound("There is no such user")

    async def set_role(self, account_id: UUID, user_id: UUID, role: Role) -> None:
        await self._change_team(account_id, {"user": str(user_id), "role": role.value})

    async def drop_user(self, account_id: UUID, user_id: UUID) -> None:
        await self._change_team(account_id, {"user": str(user_id)})

    async def _change_team(self, account_id: UUID, change: Document) -> None:
        async def decide(account: Document) -> AccountEntry[bool]:
            await self._spare(account["_id"], change)
            return AccountEntry(True, change)

        if not await self._account_journal.write(account_id, decide):
            raise NotFound("There is no such account")

    async def _spare(self, account_id: str, change: Document) -> None:
        """Return if the account still has an owner after the change."""
        mine: dict[str, Any] = {"accountId": account_id}
        user = await self._database["users"].find(mine | {"_id": change["user"]}, ["role"])
        if user is None:
            raise NotFound("There is no such user")
        if user["role"] != Role.OWNER.value or change.get("role") == Role.OWNER.value:
            return
        others = mine | {"role": Role.OWNER.value, "_id": {"$ne": change["user"]}}
        if not await self._database["users"].count(others):
            raise Conflict("This is the account's last owner; make somebody else an owner first")


async def users_like(database: Database, query: Document) -> list[User]:
    """All users that fit, newest first; each knows whether the account is suspended."""
    found = await database["users"].find_all(query, order=NEWEST_FIRST)
    theirs = sorted({one["accountId"] for one in found})
    suspended = await database["accounts"].find_all(
        {"_id": {"$in": theirs}, "suspendedAt": {"$exists": True}}, ["_id"]
    )
    ids = {one["_id"] for one in suspended}
    return [thing_of(User, one | {"suspended": one["accountId"] in ids}) for one in found]


async def user_like(database: Database, query: Document) -> User | None:
    """The one that fits."""
    found = await users_like(database, query)
    return found[0] if found else None
