"""Signing in: password, then the second factor where there is one, then a session. And out again.

Whoever is refused learns nothing but that: the same words, after the same time, whether the user exists or
not."""

from dataclasses import dataclass, field

import structlog

from campana.domain.accounts import User, Way
from campana.domain.audit import Actor, AuditAction, Subject, subject_of
from campana.domain.errors import NotSignedIn
from campana.domain.sign_in import Purpose
from campana.engine.audit import Audit
from campana.engine.people.links import Links, Whose
from campana.engine.people.passwords import Passwords
from campana.engine.people.second_factor import SecondFactors
from campana.engine.people.sessions import Sessions, Visit
from campana.engine.people.throttle import FORGOTTEN_AFTER, Throttle
from campana.engine.ports import Clock, Store

log = structlog.get_logger(__name__)

WRONG = "e-mail address or password is not right"
WRONG_CODE = "this code is not right, or was used before"
TOO_LATE = "that took too long; sign in again"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The token of a session, or, where a code is still to come, of the step that takes it."""

    token: str = field(repr=False)
    second_step: bool = False


@dataclass(frozen=True, slots=True)
class Checks:
    """What signing in is made of."""

    passwords: Passwords
    second_factors: SecondFactors
    throttle: Throttle
    links: Links
    sessions: Sessions


class SigningIn:
    """Lets people in."""

    def __init__(self, store: Store, clock: Clock, audit: Audit, checks: Checks) -> None:
        self._store = store
        self._clock = clock
        self._audit = audit
        self._checks = checks

    async def with_password(self, email: str, password: str, visit: Visit) -> SignedIn:
        """The first step. Raises NotSignedIn, TooManyAttempts."""
        checks = self._checks
        await checks.throttle.count("password", email, visit.address)
        user = await self._store.user_by_email(email)
        right = await checks.passwords.matches(password, user.password_hash if user else None)
        if user is None or not right:
            await self._refused(user, visit, "password")
            raise NotSignedIn(WRONG)
        await checks.throttle.right("password", email, visit.address)
        if await checks.second_factors.is_on(user.id):
            token, _ = await checks.links.make(Purpose.SECOND_STEP, Whose(user_id=user.id))
            return SignedIn(token, second_step=True)
        await self._sweep()
        return SignedIn(await checks.sessions.open(user, visit))

    async def with_code(self, token: str, code: str, visit: Visit) -> SignedIn:
        """The second step, with the token of the first. Raises NotSignedIn, TooManyAttempts."""
        checks = self._checks
        link = await checks.links.look(Purpose.SECOND_STEP, token)
        user = await self._store.user(link.user_id) if link is not None and link.user_id else None
        if user is None:
            raise NotSignedIn(TOO_LATE)
        await checks.throttle.count("code", user.email, visit.address)
        if not await checks.second_factors.check(user.id, code):
            await self._refused(user, visit, "code")
            raise NotSignedIn(WRONG_CODE)
        if await checks.links.spend(Purpose.SECOND_STEP, token) is None:
            raise NotSignedIn(TOO_LATE)
        await checks.throttle.right("code", user.email, visit.address)
        await self._sweep()
        return SignedIn(await checks.sessions.open(user, visit))

    async def _refused(self, user: User | None, visit: Visit, what: str) -> None:
        """Noted in the account's trail; for somebody who is not there in nobody's, which takes as long. The
        address that was typed is not kept: it may be a password in the wrong field."""
        log.info("sign_in.refused", user=str(user.id) if user else None, address=visit.address, what=what)
        await self._audit.note(
            Actor(None, "somebody", Way.SESSION, visit.address),
            AuditAction.SIGN_IN_REFUSED,
            subject_of(user) if user else Subject("user", None),
            {"wrong": what},
            account_id=user.account_id if user else None,
        )

    async def _sweep(self) -> None:
        """Clear away what has expired: here, because people come in every day, and never many at once."""
        now = self._clock.now()
        await self._store.drop_expired(now, attempts_before=now - FORGOTTEN_AFTER)
