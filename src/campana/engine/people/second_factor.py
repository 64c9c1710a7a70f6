"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is
lost."""

import hmac
import secrets
from dataclasses import dataclass, field
from uuid import UUID

import pyotp
import segno
import structlog

from campana.domain.accounts import Principal, User
from campana.domain.audit import AuditAction, subject_of
from campana.domain.errors import Conflict, InvalidInput, NotFound
from campana.domain.permissions import Action, permit
from campana.domain.sign_in import SecondFactor
from campana.engine.audit import Audit
from campana.engine.people.sessions import Sessions, Visit
from campana.engine.people.tokens import digest_of
from campana.engine.ports import Clock, Store, Vault

log = structlog.get_logger(__name__)

ISSUER = "Campana"
STEP_S = 30
TOLERANCE = 1
"""steps that a phone's clock may be off, either way"""
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app has to be given: as text to type, as a link, and as a picture (SVG) to
    scan."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    picture: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TurnedOn:
    """Recovery codes, shown this once, and the token of the session that goes on, for whoever came with
    one."""

    recovery_codes: tuple[str, ...] = field(repr=False)
    token: str | None = field(repr=False)


class SecondFactors:
    """Turns second factors on and off, and checks codes."""

    def __init__(self, store: Store, vault: Vault, clock: Clock, *, audit: Audit, sessions: Sessions) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._audit = audit
        self._sessions = sessions

    async def is_on(self, user_id: UUID) -> bool:
        """Whether signing in takes a code."""
        factor = await self._store.second_factor(user_id)
        return factor is not None and factor.confirmed

    async def recovery_codes_left(self, user_id: UUID) -> int:
        """How many of them were not used yet."""
        return await self._store.recovery_codes(user_id)

    async def begin(self, principal: Principal) -> Enrolment:
        """A new secret, in force once `confirm` has seen a code of it. Raises Conflict where one is in
        force."""
        permit(principal, Action.PROFILE)
        if await self.is_on(principal.user_id):
            raise Conflict("the second factor is on already; turn it off first")
        secret = pyotp.random_base32()
        sealed = self._vault.seal({"totp": secret})
        await self._store.save_second_factor(SecondFactor(principal.user_id, sealed), ())
        return enrolment(principal.email, secret)

    async def confirm(self, principal: Principal, code: str, visit: Visit) -> TurnedOn:
        """Turn it on, and end the user's other sessions. Raises InvalidInput for a code that is not right,
        Conflict where nothing was begun."""
        permit(principal, Action.PROFILE)
        factor = await self._store.second_factor(principal.user_id)
        user = await self._store.user(principal.user_id)
        if factor is None or factor.confirmed or user is None:
            raise Conflict("begin anew: there is no second factor that waits for its first code")
        step = self._step_of(factor, code)
        if step is None:
            raise InvalidInput.of("code", "this is not the code of this moment; check the clock of the phone")
        codes = await self._save(SecondFactor(user.id, factor.sealed_secret, confirmed=True, last_step=step))
        log.info("second_factor.on", user=str(user.id))
        await self._audit.note(principal, AuditAction.SECOND_FACTOR_ON, subject_of(user))
        return TurnedOn(codes, await self._sessions.renew(principal, user, visit))

    async def renew_recovery_codes(self, principal: Principal, user: User) -> tuple[str, ...]:
        """Ten new ones, shown this once, in the place of those there are; whoever calls has seen to it that
        this is allowed. Raises NotFound where the second factor is not on."""
        factor = await self._store.second_factor(user.id)
        if factor is None or not factor.confirmed:
            raise NotFound("the second factor is not on")
        codes = await self._save(factor)
        log.info("second_factor.recovery_codes_renewed", user=str(user.id))
        await self._audit.note(principal, AuditAction.RECOVERY_CODES_RENEWED, subject_of(user))
        return codes

    async def turn_off(self, principal: Principal, user: User) -> None:
        """Turn it off; whoever calls has seen to it that this is allowed. Raises NotFound where it is not
        on."""
        if not await self._store.drop_second_factor(user.id):
            raise NotFound("the second factor is not on")
        log.info("second_factor.off", user=str(user.id))
        await self._audit.note(principal, AuditAction.SECOND_FACTOR_OFF, subject_of(user))

    async def check(self, user_id: UUID, code: str) -> bool:
        """Whether the code is the user's: of this moment and not used before, or a recovery code, which is
        worthless from then on."""
        factor = await self._store.second_factor(user_id)
        if factor is None or not factor.confirmed:
            return False
        typed = _typed(code)
        if len(typed) == _LENGTH:
            return await self._store.spend_recovery_code(user_id, digest_of(typed))
        step = self._step_of(factor, code)
        return step is not None and await self._store.spend_step(user_id, step)

    async def _save(self, factor: SecondFactor) -> tuple[str, ...]:
        """Keep it, with new recovery codes."""
        codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
        await self._store.save_second_factor(factor, [digest_of(_typed(each)) for each in codes])
        return codes

    def _step_of(self, factor: SecondFactor, code: str) -> int | None:
        """The time step whose code it is, among those of these seconds."""
        totp = pyotp.TOTP(self._vault.unseal(factor.sealed_secret)["totp"], interval=STEP_S)
        now = int(self._clock.now().timestamp()) // STEP_S
        typed = _typed(code).encode("utf-8", "replace")
        for step in range(now - TOLERANCE, now + TOLERANCE + 1):
            if hmac.compare_digest(totp.generate_otp(step).encode(), typed):
                return step
        return None


def enrolment(email: str, secret: str) -> Enrolment:
    """What the authenticator app of the user with that address is given of that secret."""
    uri = pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=email, issuer_name=ISSUER)
    return Enrolment(secret, uri, segno.make(uri, error="m").svg_inline(scale=4, border=2))


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, _LENGTH, 4))


def _typed(code: str) -> str:
    """As it was meant: spaces and dashes are for the eye."""
    return "".join(code.split()).replace("-", "").lower()
