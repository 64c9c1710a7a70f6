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
            async with self._database.write() as connection:
                await connection.execute(insert(accounts), values)
        except IntegrityError as error:
            if is_unique_violation(error):
                raise Conflict(f"There is an account named {account.name!r} already") from None
            raise

    async def accounts(self) -> Sequence[Account]:
        """All of them, newest first."""
        query = select(accounts).order_by(accounts.c.created_at.desc(), accounts.c.id.desc())
        async with self._database.read() as connection:
            return [account_of(row) for row in await connection.execute(query)]

    async def account_named(self, name: str) -> Account | None:
        query = select(accounts).where(accounts.c.name_key == key_of(name))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
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
            async with self._database.write() as connection:
                await connection.execute(insert(users), values)
        except IntegrityError as error:
            if is_unique_violation(error):
                raise Conflict(f"There is a user {user.email} already") from None
            raise NotFound("There is no such account") from None

    async def users(self, account_id: UUID | None = None) -> Sequence[User]:
        query = select(users).order_by(users.c.created_at.desc(), users.c.id.desc())
        if account_id is not None:
            query = query.where(users.c.account_id == account_id)
        async with self._database.read() as connection:
            return [user_of(row) for row in await connection.execute(query)]

    async def user_by_email(self, email: str) -> User | None:
        query = select(users).where(users.c.email_key == key_of(email))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else user_of(row)

    async def add_api_key(self, key: ApiKey) -> None:
        values = {name: getattr(key, name) for name in ApiKey.__slots__}
        try:
            async with self._database.write() as connection:
                await connection.execute(insert(api_keys), values)
        except IntegrityError as error:
            if is_unique_violation(error):
                raise Conflict("There is such a key already") from None
            raise NotFound("There is no such user") from None

    async def api_key(self, digest: str) -> tuple[ApiKey, User] | None:
        async with self._database.read() as connection:
            key = (
                await connection.execute(select(api_keys).where(api_keys.c.digest == digest))
            ).one_or_none()
            if key is None:
                return None
            user = (await connection.execute(select(users).where(users.c.id == key.user_id))).one()
        return api_key_of(key), user_of(user)

    async def drop_api_keys(self, user_id: UUID, name: str) -> int:
        statement = delete(api_keys).where(api_keys.c.user_id == user_id, api_keys.c.name == name)
        async with self._database.write() as connection:
            return (await connection.execute(statement)).rowcount
