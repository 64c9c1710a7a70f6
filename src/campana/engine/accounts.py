"""Accounts, the people in them and their API keys. Knows nothing of HTTP; commands and the web call it
alike."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from campana.domain.accounts import Account, ApiKey, Principal, Role, Scope, User, Way
from campana.domain.audit import COMMAND_LINE, Actor, AuditAction, Subject, subject_of
from campana.domain.errors import FieldProblem, InvalidInput, NotFound, NotSignedIn
from campana.engine.audit import Audit
from campana.engine.ids import new_id
from campana.engine.people.passwords import Passwords, password_problems
from campana.engine.people.principals import principal_of
from campana.engine.people.tokens import digest_of, new_token
from campana.engine.ports import Clock, People

log = structlog.get_logger(__name__)

DEFAULT_ACCOUNT = "Default"
KEY_PREFIX = "cmp_"
USED_EVERY = timedelta(minutes=1)
"""how exactly a key's last use is kept"""

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)*")
_KEY = re.compile(KEY_PREFIX + r"[A-Za-z0-9_-]{32,100}")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it was just made. `key` is shown to its owner once; after that only the record exists."""

    key: str = field(repr=False)
    record: ApiKey


class Accounts:
    """Adds users and keys, and tells who stands behind a key."""

    def __init__(self, catalog: People, clock: Clock, audit: Audit) -> None:
        self._catalog = catalog
        self._audit = audit
        self._clock = clock
        self.passwords = Passwords()

    async def add_user(
        self,
        email: str,
        *,
        account: str | None = None,
        role: Role = Role.OWNER,
        admin: bool = False,
        password: str | None = None,
        by: Principal | Actor = COMMAND_LINE,
    ) -> User:
        """Add a person to the account of that name, which is created when there is none.

        Without a name it is the only account there is, or one called "Default". Raises InvalidInput;
        Conflict when the address is taken.
        """
        self.check(email, account, password)
        home = await self._account(account, by)
        return await self.join(home.id, email, role, admin=admin, password=password, by=by)

    def check(self, email: str, account: str | None, password: str | None) -> None:
        """Raises InvalidInput with everything that is wrong with these."""
        problems = []
        if account is not None and not 1 <= len(account.strip()) <= 120:
            problems.append(FieldProblem("account", "an account's name has 1 to 120 characters"))
        if password is not None:
            problems += password_problems(password, email=email)
        try:
            check_email(email)
        except InvalidInput as error:
            problems += error.problems
        if problems:
            raise InvalidInput(problems)

    async def join(
        self,
        account_id: UUID,
        email: str,
        role: Role,
        *,
        admin: bool = False,
        password: str | None = None,
        by: Principal | Actor = COMMAND_LINE,
    ) -> User:
        """Add a person to that account, everything checked before. Raises Conflict when the address is
        taken."""
        user = User(
            id=new_id(),
            account_id=account_id,
            email=email.strip(),
            role=role,
            admin=admin,
            password_hash=await self.passwords.hashed(password) if password is not None else None,
            created_at=self._clock.now(),
        )
        await self._catalog.add_user(user)
        log.info("user.added", user=str(user.id), account=str(account_id), role=role.value, admin=admin)
        await self._audit.note(
            by,
            AuditAction.USER_ADDED,
            subject_of(user),
            {"role": role.value, "admin": admin},
            account_id=account_id,
        )
        return user

    async def create_api_key(
        self,
        email: str,
        name: str,
        *,
        scopes: Collection[Scope] = frozenset(Scope),
        expires_at: datetime | None = None,
        by: Principal | Actor = COMMAND_LINE,
    ) -> NewKey:
        """A new key for the user's scripts; every key may read. Raises NotFound for an unknown address,
        InvalidInput for the name and for an end that is past."""
        user, now = await self._user(email), self._clock.now()
        if not 1 <= len(name.strip()) <= 120:
            raise InvalidInput.of("name", "give the key a name of 1 to 120 characters")
        if expires_at is not None and expires_at <= now:
            raise InvalidInput.of("expires_at", "is in the past")
        key = new_token(KEY_PREFIX)
        record = ApiKey(
            id=new_id(),
            user_id=user.id,
            name=name.strip(),
            digest=digest_of(key),
            last_four=key[-4:],
            created_at=now,
            scopes=frozenset({Scope.READ, *scopes}),
            expires_at=expires_at,
        )
        await self._catalog.add_api_key(record)
        log.info("api_key.created", user=str(user.id), key=str(record.id))
        await self._audit.note(
            by,
            AuditAction.KEY_CREATED,
            Subject("api_key", record.id, record.name),
            {"user": user.email, "scopes": " ".join(sorted(record.scopes))},
            account_id=user.account_id,
        )
        return NewKey(key, record)

    async def revoke_api_keys(self, email: str, name: str) -> int:
        """Make the user's keys of that name worthless; how many there were. Raises NotFound for the
        address."""
        user = await self._user(email)
        dropped = await self._catalog.drop_api_keys(user.id, name)
        log.info("api_key.revoked", user=str(user.id), keys=dropped)
        if dropped:
            await self._audit.note(
                COMMAND_LINE,
                AuditAction.KEY_REVOKED,
                Subject("api_key", None, name),
                {"user": user.email, "keys": dropped},
                account_id=user.account_id,
            )
        return dropped

    async def authenticate(self, key: str, address: str = "") -> Principal:
        """Who stands behind an API key, used from that address. Raises NotSignedIn."""
        if not _KEY.fullmatch(key):
            raise NotSignedIn("this is not an API key of Campana; a key begins with cmp_")
        found, now = await self._catalog.api_key(digest_of(key)), self._clock.now()
        if found is None or (found[0].expires_at is not None and found[0].expires_at <= now):
            raise NotSignedIn("this API key is not valid, or not any more")
        record, user = found
        if record.last_used_at is None or now - record.last_used_at >= USED_EVERY:
            await self._catalog.api_key_used(record.id, now)
        return replace(
            principal_of(user), scopes=record.scopes, way=Way.KEY, address=address, came_with=record.id
        )

    async def principal(self, email: str) -> Principal:
        """The user of that address as the one who acts, for commands on the machine. Raises NotFound."""
        return principal_of(await self._user(email))

    async def acting(self, email: str | None = None) -> Principal:
        """The same; without an address the only user who may send. Raises NotFound, InvalidInput."""
        if email is not None:
            return await self.principal(email)
        able = [user for user in await self._catalog.users() if user.role.includes(Role.OPERATOR)]
        if not able:
            raise NotFound("there is no user yet who may send; add one with: campana user add EMAIL")
        if len(able) > 1:
            names = ", ".join(sorted(user.email for user in able)[:10])
            raise InvalidInput.of("user", f"there are several users; name one of: {names}")
        return principal_of(able[0])

    async def _user(self, email: str) -> User:
        user = await self._catalog.user_by_email(email.strip())
        if user is None:
            raise NotFound(f"there is no user {email.strip()}; add one with: campana user add")
        return user

    async def _account(self, name: str | None, by: Principal | Actor) -> Account:
        if name is None:
            there = await self._catalog.accounts()
            if len(there) > 1:
                names = ", ".join(sorted(account.name for account in there)[:10])
                raise InvalidInput.of("account", f"there are several accounts; name one of: {names}")
            if there:
                return there[0]
        wanted = (name or DEFAULT_ACCOUNT).strip()
        found = await self._catalog.account_named(wanted)
        if found is not None:
            return found
        account = Account(id=new_id(), name=wanted, created_at=self._clock.now())
        await self._catalog.add_account(account)
        log.info("account.added", account=str(account.id))
        await self._audit.note(by, AuditAction.ACCOUNT_ADDED, subject_of(account), account_id=account.id)
        return account


def is_email(text: str) -> bool:
    """Whether it could be an e-mail address; only a mail to it could tell more."""
    told = text.strip()
    return len(told) <= 254 and bool(_EMAIL.fullmatch(told)) and told.isprintable()


def check_email(email: str) -> str:
    """The address as it is kept. Raises InvalidInput for what is none."""
    told = email.strip()
    if not is_email(told):
        raise InvalidInput.of("email", f"{told[:80]!r} is not an e-mail address")
    return told
