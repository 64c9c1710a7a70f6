"""People and how they come in: accounts, users, API keys; sessions, one-time links, second factors, attempts.

Tokens and codes come here as digests only.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from campana.domain.accounts import Account, ApiKey, Role, User
from campana.domain.sign_in import Link, Purpose, SecondFactor, Session


class People(Protocol):
    """Accounts, the users in them, and the keys of their scripts. Lists come newest first.

    No verb leaves an account that had an owner without one.
    """

    async def add_account(self, account: Account) -> None:
        """Raises Conflict when an account of that name exists (in any case)."""

    async def accounts(self) -> Sequence[Account]: ...
    async def account_named(self, name: str) -> Account | None: ...

    async def add_user(self, user: User) -> None:
        """Raises Conflict when the e-mail address is taken (in any account, in any case)."""

    async def users(self, account_id: UUID | None = None) -> Sequence[User]: ...
    async def user(self, user_id: UUID) -> User | None: ...
    async def user_by_email(self, email: str) -> User | None: ...

    async def set_password(self, user_id: UUID, password_hash: str) -> None:
        """Raises NotFound."""

    async def set_role(self, account_id: UUID, user_id: UUID, role: Role) -> None:
        """Raises NotFound; Conflict when the account would be left without an owner."""

    async def drop_user(self, account_id: UUID, user_id: UUID) -> None:
        """Remove the user with keys, sessions, links and second factor. Raises as `set_role` does."""

    async def add_api_key(self, key: ApiKey) -> None:
        """Raises Conflict for a digest that is there, NotFound for the user."""

    async def api_key(self, digest: str) -> tuple[ApiKey, User] | None: ...
    async def api_keys(self, account_id: UUID) -> Sequence[tuple[ApiKey, User]]: ...
    async def api_key_used(self, key_id: UUID, at: datetime) -> None: ...
    async def drop_api_key(self, account_id: UUID, key_id: UUID) -> bool: ...
    async def drop_api_keys(self, user_id: UUID, name: str) -> int: ...


class SignIns(Protocol):
    """What signing in leaves behind. Whether something has expired is for the caller to say, except where a
    moment is given."""

    async def add_session(self, session: Session) -> None:
        """Raises NotFound for the user."""

    async def session(self, digest: str) -> tuple[Session, User] | None: ...
    async def sessions(self, user_id: UUID) -> Sequence[Session]:
        """Last seen first."""

    async def session_seen(self, session_id: UUID, at: datetime, address: str) -> None: ...
    async def drop_session(self, user_id: UUID, session_id: UUID) -> bool: ...
    async def drop_sessions(self, user_id: UUID, *, but: UUID | None = None) -> int: ...

    async def add_link(self, link: Link) -> None:
        """Raises NotFound for the account or the user."""

    async def link(self, digest: str, purpose: Purpose) -> Link | None: ...
    async def spend_link(self, digest: str, purpose: Purpose, now: datetime) -> Link | None:
        """Remove the link and return it, if it had not expired; of several callers one gets it."""

    async def links(self, account_id: UUID, purpose: Purpose) -> Sequence[Link]:
        """Newest first, those that expired included."""

    async def drop_link(self, account_id: UUID, link_id: UUID) -> bool: ...
    async def drop_links(self, purpose: Purpose, user_id: UUID | None) -> int:
        """Those of that purpose and user; None stands for links without one."""

    async def save_second_factor(self, factor: SecondFactor, recovery: Collection[str]) -> None:
        """Put it in the place of the one there is, with these recovery codes and no others."""

    async def second_factor(self, user_id: UUID) -> SecondFactor | None: ...
    async def drop_second_factor(self, user_id: UUID) -> bool: ...
    async def spend_step(self, user_id: UUID, step: int) -> bool:
        """Raise `last_step` to this one; False when it is not newer."""

    async def spend_recovery_code(self, user_id: UUID, digest: str) -> bool: ...
    async def recovery_codes(self, user_id: UUID) -> int:
        """How many are left."""

    async def count_attempt(
        self, key: str, now: datetime, *, waits: Sequence[float], forget_before: datetime
    ) -> datetime | None:
        """Count one more attempt, unless one has to wait still: then the time from which on it counts again.

        After the n-th attempt the next one waits waits[n - 1] seconds (the last of them from there on).
        Attempts whose last is older than `forget_before` are forgotten. Of attempts at once each is counted.
        """

    async def forgive_attempt(self, key: str, *, all_of_them: bool) -> None:
        """Take back the last attempt, and the wait it brought, or every one."""

    async def drop_expired(self, now: datetime, *, attempts_before: datetime) -> int:
        """Remove sessions and links that expired, and attempts whose last was before then; how many."""
