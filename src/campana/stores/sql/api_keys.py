"""The keys of users' scripts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from campana.domain.accounts import ApiKey, User
from campana.domain.errors import Conflict, NotFound
from campana.stores.sql.accounts import USERS
from campana.stores.sql.failures import is_unique_violation
from campana.stores.sql.part import Part
from campana.stores.sql.people_rows import api_key_of, api_key_values, user_of
from campana.stores.sql.schema import api_keys, users


class ApiKeys(Part):
    """See People."""

    async def add_api_key(self, key: ApiKey) -> None:
        try:
            await self._database.change(insert(api_keys), api_key_values(key))
        except IntegrityError as error:
            if is_unique_violation(error):
                raise Conflict("There is such a key already") from None
            raise NotFound("There is no such user") from None

    async def api_key(self, digest: str) -> tuple[ApiKey, User] | None:
        key = await self._database.row(select(api_keys).where(api_keys.c.digest == digest))
        user = key and await self._database.row(USERS.where(users.c.id == key.user_id))
        return None if key is None or user is None else (api_key_of(key), user_of(user))

    async def api_keys(self, account_id: UUID) -> Sequence[tuple[ApiKey, User]]:
        team = {
            row.id: user_of(row)
            for row in await self._database.rows(USERS.where(users.c.account_id == account_id))
        }
        query = (
            select(api_keys)
            .where(api_keys.c.user_id.in_(list(team)))
            .order_by(api_keys.c.created_at.desc(), api_keys.c.id.desc())
        )
        return [(api_key_of(row), team[row.user_id]) for row in await self._database.rows(query)]

    async def api_key_used(self, key_id: UUID, at: datetime) -> None:
        await self._database.change(update(api_keys).where(api_keys.c.id == key_id).values(last_used_at=at))

    async def drop_api_key(self, account_id: UUID, key_id: UUID) -> bool:
        mine = select(users.c.id).where(users.c.account_id == account_id)
        statement = delete(api_keys).where(api_keys.c.id == key_id, api_keys.c.user_id.in_(mine))
        return await self._database.change(statement) == 1

    async def drop_api_keys(self, user_id: UUID, name: str) -> int:
        statement = delete(api_keys).where(api_keys.c.user_id == user_id, api_keys.c.name == name)
        return await self._database.change(statement)
