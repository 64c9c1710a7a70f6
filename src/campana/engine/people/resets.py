"""New passwords: changed by their owners, or set anew by a one-time link."""

from uuid import UUID

import structlog

from campana.domain.accounts import Principal, User, Way
from campana.domain.audit import COMMAND_LINE, Actor, AuditAction, subject_of
from campana.domain.errors import InvalidInput, NotFound, TooManyAttempts
from campana.domain.permissions import Action, permit
from campana.domain.sign_in import Purpose
from campana.engine.audit import Audit
from campana.engine.people.links import Handed, Letter, Whose
from campana.engine.people.passwords import check_password
from campana.engine.people.sessions import Visit, visitor
from campana.engine.people.signing_in import Checks
from campana.engine.ports import Store

log = structlog.get_logger(__name__)

WORTHLESS = "this link is not good any more: it was used, or its time is over; ask for a new one"
SUBJECT = "Set a new password for Campana"
TEXT = """Somebody asked for a new password for your user at Campana. If it was you, open

{url}

within a day. If it was not, do nothing: your password stays as it is.
"""


class PasswordResets:
    """Hands out links and takes them, and changes passwords."""

    def __init__(self, store: Store, audit: Audit, checks: Checks) -> None:
        self._store = store
        self._audit = audit
        self._checks = checks

    async def change(self, principal: Principal, present: str, new: str, visit: Visit) -> str | None:
        """Change one's own password and end one's other sessions; the token of the session that goes on, for
        whoever came with one. Raises InvalidInput, TooManyAttempts."""
        permit(principal, Action.PROFILE)
        user = await self.confirmed(principal, present, visit, field="present_password")
        check_password(new, email=user.email, field="new_password")
        await self._set(user, new)
        await self._audit.note(principal, AuditAction.USER_CHANGED_PASSWORD, subject_of(user))
        return await self._checks.sessions.renew(principal, user, visit)

    async def confirmed(
        self, principal: Principal, password: str, visit: Visit, *, field: str = "password"
    ) -> User:
        """The principal's user, who has just shown to know the password: asked before what would lock the
        owner of an open browser out. Raises InvalidInput, TooManyAttempts."""
        user = await self._store.user(principal.user_id)
        if user is None:
            raise NotFound("there is no such user any more")
        await self._checks.throttle.count("password", user.email, visit.address)
        if not await self._checks.passwords.matches(password, user.password_hash):
            raise InvalidInput.of(field, "this is not the present password")
        await self._checks.throttle.right("password", user.email, visit.address)
        return user

    async def hand_out(self, principal: Principal, user_id: UUID) -> Handed:
        """A link for somebody of one's team. Raises NotFound."""
        permit(principal, Action.TEAM)
        user = await self._store.user(user_id)
        if user is None or user.account_id != principal.account_id:
            raise NotFound("there is no such person in the team")
        await self._audit.note(principal, AuditAction.USER_RESET_LINK, subject_of(user))
        return await self._hand(user)

    async def set_for(self, email: str, password: str) -> None:
        """Another password, from whoever has a shell on the machine; ends all sessions of the user. Raises
        NotFound, InvalidInput."""
        user = await self._named(email)
        check_password(password, email=user.email)
        await self._set(user, password)
        await self._store.drop_sessions(user.id)
        await self._note(COMMAND_LINE, AuditAction.USER_CHANGED_PASSWORD, user)

    async def link_for(self, email: str) -> str:
        """A link to hand out by whoever has a shell on the machine. Raises NotFound."""
        user = await self._named(email)
        await self._note(COMMAND_LINE, AuditAction.USER_RESET_LINK, user)
        return self._checks.links.url(Purpose.RESET, await self._make(user))

    async def mail(self, email: str, address: str) -> None:
        """Mail a link to whoever has that address, if anybody. Nothing tells whether somebody has; call it
        without waiting, since it takes longer then."""
        try:
            await self._checks.throttle.count("reset", email, address)
        except TooManyAttempts:
            return
        user = await self._store.user_by_email(email)
        if user is not None and self._checks.links.can_mail:
            await self._note(Actor(None, "somebody", Way.SESSION, address), AuditAction.USER_RESET_LINK, user)
            await self._hand(user)

    async def is_good(self, token: str) -> bool:
        """Whether the link may still be used."""
        return await self._checks.links.look(Purpose.RESET, token) is not None

    async def use(self, token: str, password: str, visit: Visit) -> None:
        """Set the password, end all sessions of the user and forget wrong guesses: who was locked out by
        somebody else gets in. Raises InvalidInput for the password (the link stays good), NotFound for the
        link."""
        link = await self._checks.links.look(Purpose.RESET, token)
        user = await self._store.user(link.user_id) if link is not None and link.user_id else None
        if user is None:
            raise NotFound(WORTHLESS)
        check_password(password, email=user.email)
        if await self._checks.links.spend(Purpose.RESET, token) is None:
            raise NotFound(WORTHLESS)
        await self._set(user, password)
        await self._store.drop_sessions(user.id)
        await self._checks.throttle.forgive("password", user.email)
        await self._note(visitor(user, visit), AuditAction.USER_RESET, user)

    async def _named(self, email: str) -> User:
        user = await self._store.user_by_email(email)
        if user is None:
            raise NotFound(f"there is no user {email.strip()}; add one with: campana user add")
        return user

    async def _set(self, user: User, password: str) -> None:
        await self._store.set_password(user.id, await self._checks.passwords.hashed(password))
        await self._store.drop_links(Purpose.RESET, user.id)
        log.info("password.set", user=str(user.id))

    async def _note(self, who: Actor, action: AuditAction, user: User) -> None:
        await self._audit.note(who, action, subject_of(user), account_id=user.account_id)

    async def _hand(self, user: User) -> Handed:
        token = await self._make(user)
        return await self._checks.links.hand(Purpose.RESET, token, Letter(user.email, SUBJECT, TEXT))

    async def _make(self, user: User) -> str:
        """Of several links the newest counts: an older one may have gone astray."""
        await self._store.drop_links(Purpose.RESET, user.id)
        token, _ = await self._checks.links.make(Purpose.RESET, Whose(user_id=user.id))
        log.info("reset.link_made", user=str(user.id))
        return token
