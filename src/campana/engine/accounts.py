"""Accounts, the people in them and their API keys. Knows nothing of HTTP; commands and the web call it
alike."""

import asyncio
import hashlib
import re
import secrets
from dataclasses import dataclass, field, replace

import structlog
from argon2 import PasswordHasher

from campana.domain.accounts import Account, ApiKey, Principal, Role, User, Way
from campana.domain.audit import COMMAND_LINE, AuditAction, Subject, subject_of
from campana.domain.errors import FieldProblem, InvalidInput, NotFound, NotSignedIn
from campana.engine.audit import Audit
from campana.engine.ids import new_id
from campana.engine.ports import Clock, People

log = structlog.get_logger(__name__)

DEFAULT_ACCOUNT = "Default"
KEY_PREFIX = "cmp_"
KEY_BYTES = 32
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1000

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
        self._hasher = PasswordHasher()

    async def add_user(
        self,
        email: str,
        *,
        account: str | None = None,
        role: Role = Role.OWNER,
        admin: bool = False,
        password: str | None = None,
    ) -> User:
        """Add a person to the account of that name, which is created when there is none.

        Without a name it is the only account there is, or one called "Default". Raises InvalidInput;
        Conflict when the address is taken.
        """
        _check_user(email, account, password)
        # Hashing takes a tenth of a second on purpose; the event loop must not stand still for it.
        hashed = await asyncio.to_thread(self._hasher.hash, password) if password is not None else None
        home = await self._account(account)
        user = User(
            id=new_id(),
            account_id=home.id,
            email=email.strip(),
            role=role,
            admin=admin,
            password_hash=hashed,
            created_at=self._clock.now(),
        )
        await self._catalog.add_user(user)
        log.info("user.added", user=str(user.id), account=str(home.id), role=role.value, admin=admin)
        await self._audit.note(
            COMMAND_LINE,
            AuditAction.USER_ADDED,
            subject_of(user),
            {"role": role.value, "admin": admin},
            account_id=home.id,
        )
        return user

    async def create_api_key(self, email: str, name: str) -> NewKey:
        """A new key for the user's scripts. Raises NotFound for an unknown address, InvalidInput for the
        name."""
        user = await self._user(email)
        if not 1 <= len(name.strip()) <= 120:
            raise InvalidInput.of("name", "give the key a name of 1 to 120 characters")
        key = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
        record = ApiKey(
            id=new_id(),
            user_id=user.id,
            name=name.strip(),
            digest=_digest(key),
            last_four=key[-4:],
            created_at=self._clock.now(),
        )
        await self._catalog.add_api_key(record)
        log.info("api_key.created", user=str(user.id), key=str(record.id))
        await self._audit.note(
            COMMAND_LINE,
            AuditAction.KEY_CREATED,
            Subject("api_key", record.id, record.name),
            {"user": user.email},
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

    async def authenticate(self, key: str) -> Principal:
        """Who stands behind an API key. Raises NotSignedIn."""
        if not _KEY.fullmatch(key):
            raise NotSignedIn("this is not an API key of Campana; a key begins with cmp_")
        found = await self._catalog.api_key(_digest(key))
        if found is None:
            raise NotSignedIn("this API key is not valid, or not any more")
        return replace(principal_of(found[1]), way=Way.KEY)

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

    async def _account(self, name: str | None) -> Account:
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
        await self._audit.note(
            COMMAND_LINE, AuditAction.ACCOUNT_ADDED, subject_of(account), account_id=account.id
        )
        return account


def principal_of(user: User) -> Principal:
    """The user as the one who acts."""
    return Principal(
        account_id=user.account_id, user_id=user.id, email=user.email, role=user.role, admin=user.admin
    )


def _digest(key: str) -> str:
    # A key has 256 random bits: nobody can guess through a plain SHA-256, and finding it stays one look-up.
    return hashlib.sha256(key.encode()).hexdigest()


def _check_user(email: str, account: str | None, password: str | None) -> None:
    problems = []
    if len(email.strip()) > 254 or not _EMAIL.fullmatch(email.strip()):
        problems.append(FieldProblem("email", f"{email[:80]!r} is not an e-mail address"))
    if account is not None and not 1 <= len(account.strip()) <= 120:
        problems.append(FieldProblem("account", "an account's name has 1 to 120 characters"))
    if password is not None and not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        problems.append(FieldProblem("password", f"a password has at least {SHORTEST_PASSWORD} characters"))
    if problems:
        raise InvalidInput(problems)
