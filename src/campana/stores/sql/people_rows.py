"""From database rows to people, their keys and sessions, and back. Knows columns, no statements."""

from typing import Any

from sqlalchemy import Row

from campana.domain.accounts import Account, ApiKey, Role, Scope, User
from campana.domain.sign_in import Link, Purpose, SecondFactor, Session
from campana.stores.sql.rows import Values, key_of


def account_of(row: Row[Any]) -> Account:
    return Account(**{name: getattr(row, name) for name in Account.__slots__})


def account_values(account: Account) -> Values:
    values = {name: getattr(account, name) for name in Account.__slots__}
    return values | {"name_key": key_of(account.name)}


def user_of(row: Row[Any]) -> User:
    return User(
        id=row.id,
        account_id=row.account_id,
        email=row.email,
        role=Role(row.role),
        admin=row.admin,
        password_hash=row.password_hash,
        created_at=row.created_at,
        suspended=row.suspended,
    )


def user_values(user: User) -> Values:
    values = {name: getattr(user, name) for name in User.__slots__ if name != "suspended"}
    return values | {"email_key": key_of(user.email), "role": user.role.value}


def api_key_of(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        user_id=row.user_id,
        name=row.name,
        digest=row.digest,
        last_four=row.last_four,
        created_at=row.created_at,
        scopes=frozenset(Scope(word) for word in row.scopes.split()),
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


def api_key_values(key: ApiKey) -> Values:
    values = {name: getattr(key, name) for name in ApiKey.__slots__}
    return values | {"scopes": " ".join(sorted(scope.value for scope in key.scopes))}


def session_of(row: Row[Any]) -> Session:
    return Session(**{name: getattr(row, name) for name in Session.__slots__})


def session_values(session: Session) -> Values:
    return {name: getattr(session, name) for name in Session.__slots__}


def link_of(row: Row[Any]) -> Link:
    values = {name: getattr(row, name) for name in Link.__slots__}
    role = None if row.role is None else Role(row.role)
    return Link(**values | {"purpose": Purpose(row.purpose), "role": role})


def link_values(link: Link) -> Values:
    values = {name: getattr(link, name) for name in Link.__slots__}
    return values | {"purpose": link.purpose.value, "role": link.role and link.role.value}


def second_factor_of(row: Row[Any]) -> SecondFactor:
    return SecondFactor(**{name: getattr(row, name) for name in SecondFactor.__slots__})
