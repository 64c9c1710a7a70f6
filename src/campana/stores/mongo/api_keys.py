"""The keys of users' scripts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from campana.domain.accounts import ApiKey, User
from campana.domain.errors import Conflict, NotFound
from campana.stores.mongo.cursors import NEWEST_FIRST
from campana.stores.mongo.documents import document_of, thing_of
from campana.stores.mongo.failures import Duplicate
from campana.stores.mongo.part import Part
from campana.stores.mongo.team import user_like, users_like


class ApiKeys(Part):
    """See People."""

    async def add_api_key(self, key: ApiKey) -> None:
        if await self._database["users"].find({"_id": str(key.user_id)}, ["_id"]) is None:
            raise NotFound("There is no such user")
        try:
            await self._database["apiKeys"].add(document_of(key))
        except Duplicate:
            raise Conflict("There is such a key already") from None

    async def api_key(self, digest: str) -> tuple[ApiKey, User] | None:
        key = await self._database["apiKeys"].find({"digest": digest})
        user = None if key is None else await user_like(self._database, {"_id": key["userId"]})
        return None if key is None or user is None else (thing_of(ApiKey, key), user)

    async def api_keys(self, account_id: UUID) -> Sequence[tuple[ApiKey, User]]:
        team = await self._team(account_id)
        these = {"userId": {"$in": sorted(team)}}
        found = await self._database["apiKeys"].find_all(these, order=NEWEST_FIRST)
        return [(thing_of(ApiKey, one), team[one["userId"]]) for one in found]

    async def api_key_used(self, key_id: UUID, at: datetime) -> None:
        await self._database["apiKeys"].change({"_id": str(key_id)}, {"$set": {"lastUsedAt": at}})

    async def drop_api_key(self, account_id: UUID, key_id: UUID) -> bool:
        mine = {"_id": str(key_id), "userId": {"$in": sorted(await self._team(account_id))}}
        return await self._database["apiKeys"].remove(mine) == 1

    async def drop_api_keys(self, user_id: UUID, name: str) -> int:
        return await self._database["apiKeys"].remove({"userId": str(user_id), "name": name})

    async def _team(self, account_id: UUID) -> dict[str, User]:
        team = await users_like(self._database, {"accountId": str(account_id)})
        return {str(user.id): user for user in team}
