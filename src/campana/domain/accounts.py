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
    """A business. Owns everything below it; nothing is shared between accounts.

    `rate_limit_per_s` (messages per second) and `daily_limit` are ceilings for each of its senders, whatever
    the sender's own limits say; None is none. While it is suspended nothing of it is sent. A platform
    administrator may look at it until `admin_access_until`.
    """

    id: UUID
    name: str
    created_at: datetime
    rate_limit_per_s: float | None = None
    daily_limit: int | None = None
    suspended_at: datetime | None = None
    suspension_reason: str = ""
    admin_access_until: datetime | None = None

    @property
    def suspended(self) -> bool:
        """Whether nothing of it may be sent."""
        return self.suspended_at is not None

    def lets_admins_in(self, now: datetime) -> bool:
        """Whether its owners allow a platform administrator to look at it."""
        return self.admin_access_until is not None and now < self.admin_access_until


@dataclass(frozen=True, slots=True)
class User:
    """A person in an account. `password_hash` is an argon2id string, or None where no password was set.

    `suspended` says that the account is; it is not the user's to change.
    """

    id: UUID
    account_id: UUID
    email: str
    role: Role
    admin: bool
    password_hash: str | None = field(repr=False)
    created_at: datetime
    suspended: bool = False


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
    suspended: bool = False
    came_with: UUID | None = None
