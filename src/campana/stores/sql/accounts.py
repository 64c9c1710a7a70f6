"""Accounts, users and the keys of their scripts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from campana.domain.accounts import Account, ApiKey, User
from campana.domain.errors import Conflict, NotFound
from campana.stores.sql.failures import is_unique_violation
from campana.stores.sql.part import Part
from campana.stores.sql.rows import account_of, api_key_of, key_of, user_of
from campana.stores.sql.schema import accounts, api_keys, users


class Accounts(Part):
    """See Catalog. Names of accounts and e-mail addresses are the same in any case."""

    async def add_account(self, account: Account) -> None:
        """Raises Conflict when an account of that name exists."""
        values = {
            "id": account.id,
            "name": account.name,
            "name_key": key_of(account.name),
            "created_at": account.created_at,
        }
        try:
            await self._database.change(insert(accounts), values)
        except IntegrityError as error:
            if is_unique_violation(error):
                raise Conflict(f"There is an account named {account.name!r} already") from None
            raise

    async def accounts(self) -> Sequence[Account]:
        """All of them, newest first."""
        query = select(accounts).order_by(accounts.c.created_at.desc(), accounts.c.id.desc())
        return [account_of(row) for row in await self._database.rows(query)]

    async def account_named(self, name: str) -> Account | None:
        row = await self._database.row(select(accounts).where(accounts.c.name_key == key_of(name)))
        return None if row is None else account_of(row)

    async def add_user(self, user: User) -> None:
        values = {
            "id": user.id,
            "account_id": user.account_id,
            "email": user.email,
            "email_key": key_of(user.email),
            "role": user.role.value,
            "admin": user.admin,
            "password_hash": user.password_hash,
            "created_at": user.created_at,
        }
        try:
            await self._database.change(insert(users), values)
        except IntegrityError as error:
            if is_unique_violation(error):
                raise Conflict(f"There is a user {user.email} already") from None
            raise NotFound("There is no such account") from None

    async def users(self, account_id: UUID | None = None) -> Sequence[User]:
        query = select(users).order_by(users.c.created_at.desc(), users.c.id.desc())
        if account_id is not None:
            query = query.where(users.c.account_id == account_id)
        return [user_of(row) for row in await self._database.rows(query)]

    async def user_by_email(self, email: str) -> User | None:
        row = await self._database.row(select(users).where(users.c.email_key == key_of(email)))
        return None if row is None else user_of(row)

    async def add_api_key(self, key: ApiKey) -> None:
        values = {name: getattr(key, name) for name in ApiKey.__slots__}
        try:
            await self._database.change(insert(api_keys), values)
        except IntegrityError as error:
            if is_unique_violation(error):
                raise Conflict("There is such a key already") from None
            raise NotFound("There is no such user") from None

    async def api_key(self, digest: str) -> tuple[ApiKey, User] | None:
        key = await self._database.row(select(api_keys).where(api_keys.c.digest == digest))
        user = key and await self._database.row(select(users).where(users.c.id == key.user_id))
        return None if key is None or user is None else (api_key_of(key), user_of(user))

    async def drop_api_keys(self, user_id: UUID, name: str) -> int:
        statement = delete(api_keys).where(api_keys.c.user_id == user_id, api_keys.c.name == name)
        return await self._database.change(statement)
