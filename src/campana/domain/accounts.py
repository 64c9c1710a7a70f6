"""Accounts (businesses), the users in them, and the keys their scripts use."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a user may do in the account; each role includes those after it."""

    OWNER = "owner"
    OPERATOR = "operator"
    VIEWER = "viewer"

    def includes(self, other: "Role") -> bool:
        """Whether whoever has this role may do what the other may."""
        order = list(Role)
        return order.index(self) <= order.index(other)


class Scope(StrEnum):
    """What an API key may be used for, within the role of its user."""

    READ = "read"
    SEND = "send"
    MANAGE = "manage"


class Way(StrEnum):
    """How somebody came in."""

    SESSION = "session"
    KEY = "api key"
    COMMAND = "command line"
    ENGINE = "engine"
    """nobody did: Campana acted by itself"""


@dataclass(frozen=True, slots=True)
class Account:
    """A business. Owns everything below it; nothing is shared between accounts."""

    id: UUID
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class User:
    """A person in an account. `password_hash` is an argon2id string, or None where no password was set."""

    id: UUID
    account_id: UUID
    email: str
    role: Role
    admin: bool
    password_hash: str | None = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a user's scripts; only its digest is kept, and its last four characters to recognise it by.

    `expires_at` None: it never does. `last_used_at` is right to about a minute, None for a key never used.
    """

    id: UUID
    user_id: UUID
    name: str
    digest: str = field(repr=False)
    last_four: str
    created_at: datetime
    scopes: frozenset[Scope] = frozenset(Scope)
    expires_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking: the user behind a key, a session or a command, in which account, with which rights.

    `scopes` narrows the role (a key's scopes; all of them otherwise). `came_with` is the id of the session or
    key. `address` is where the request came from. A command has neither.
    """

    account_id: UUID
    user_id: UUID
    email: str
    role: Role
    admin: bool = False
    scopes: frozenset[Scope] = frozenset(Scope)
    way: Way = Way.COMMAND
    address: str = ""
    came_with: UUID | None = None
