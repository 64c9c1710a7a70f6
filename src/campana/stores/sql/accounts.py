"""Accounts and the users in them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from campana.domain.accounts import Account, Role, User
from campana.domain.errors import Conflict, NotFound
from campana.stores.sql.failures import is_unique_violation
from campana.stores.sql.part import Part
from campana.stores.sql.people_rows import account_of, account_values, user_of, user_values
from campana.stores.sql.rows import key_of
from campana.stores.sql.schema import (
    accounts,
    api_keys,
    links,
    recovery_codes,
    second_factors,
    sessions,
    users,
)
from campana.stores.sql.transactions import Transaction

USERS = select(users, accounts.c.suspended_at.is_not(None).label("suspended")).join(
    accounts, accounts.c.id == users.c.account_id
)
"""Users, and whether their account is suspended."""


class Accounts(Part):
    """See People. Names of accounts and e-mail addresses are the same in any case."""

    async def add_account(self, account: Account) -> None:
        try:
            await self._database.change(insert(accounts), account_values(account))
        except IntegrityError as error:
            if is_unique_violation(error):
                raise Conflict(f"There is an account named {account.name!r} already") from None
            raise

    async def accounts(self) -> Sequence[Account]:
        query = select(accounts).order_by(accounts.c.created_at.desc(), accounts.c.id.desc())
        return [account_of(row) for row in await self._database.rows(query)]

    async def account_named(self, name: str) -> Account | None:
        row = await self._database.row(select(accounts).where(accounts.c.name_key == key_of(name)))
        return None if row is None else account_of(row)

    async def add_user(self, user: User) -> None:
        try:
            await self._database.change(insert(users), user_values(user))
        except IntegrityError as error:
            if is_unique_violation(error):
                raise Conflict(f"There is a user {user.email} already") from None
            raise NotFound("There is no such account") from None

    async def users(self, account_id: UUID | None = None) -> Sequence[User]:
        query = USERS.order_by(users.c.created_at.desc(), users.c.id.desc())
        if account_id is not None:
            query = query.where(users.c.account_id == account_id)
        return [user_of(row) for row in await self._database.rows(query)]

    async def user(self, user_id: UUID) -> User | None:
        row = await self._database.row(USERS.where(users.c.id == user_id))
        return None if row is None else user_of(row)

    async def user_by_email(self, email: str) -> User | None:
        row = await self._database.row(USERS.where(users.c.email_key == key_of(email)))
        return None if row is None else user_of(row)

    async def set_password(self, user_id: UUID, password_hash: str) -> None:
        statement = update(users).where(users.c.id == user_id).values(password_hash=password_hash)
        if not await self._database.change(statement):
            raise NotFound("There is no such user")

    async def set_role(self, account_id: UUID, user_id: UUID, role: Role) -> None:
        async def change(tx: Transaction) -> None:
            await _spare(tx, account_id, user_id, stays_owner=role is Role.OWNER)
            await tx.execute(update(users).where(users.c.id == user_id).values(role=role.value))

        await self._database.write(change)

    async def drop_user(self, account_id: UUID, user_id: UUID) -> None:
        async def drop(tx: Transaction) -> None:
            await _spare(tx, account_id, user_id, stays_owner=False)
            for table in (api_keys, sessions, links, recovery_codes, second_factors):
                await tx.execute(delete(table).where(table.c.user_id == user_id))
            await tx.execute(delete(users).where(users.c.id == user_id))

        await self._database.write(drop)


async def _spare(tx: Transaction, account_id: UUID, user_id: UUID, *, stays_owner: bool) -> None:
    """Return if the account still has an owner when this user is none any more. Locks the account: two owners
    who remove each other at once would each find the other still there."""
    await tx.execute(select(accounts.c.id).where(accounts.c.id == account_id).with_for_update())
    mine = (users.c.account_id == account_id, users.c.id == user_id)
    role = (await tx.execute(select(users.c.role).where(*mine))).scalar_one_or_none()
    if role is None:
        raise NotFound("There is no such user")
    if role != Role.OWNER.value or stays_owner:
        return
    owners = select(func.count()).where(
        users.c.account_id == account_id, users.c.role == Role.OWNER.value, users.c.id != user_id
    )
    if (await tx.execute(owners)).scalar_one() == 0:
        raise Conflict("This is the account's last owner; make somebody else an owner first")
