"""Sessions: kept by the server, known to the browser by a token, and over when their user or their time says
so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import structlog

from campana.domain.accounts import Principal, User, Way
from campana.domain.audit import Actor, AuditAction, Subject, subject_of
from campana.domain.errors import NotFound, NotSignedIn
from campana.domain.permissions import Action, permit
from campana.domain.sign_in import Session
from campana.engine.audit import Audit
from campana.engine.ids import new_id
from campana.engine.people.principals import principal_of
from campana.engine.people.tokens import digest_of, new_token
from campana.engine.ports import Clock, SignIns

log = structlog.get_logger(__name__)

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
"""how exactly the last request is kept: writing each one down would cost more than answering it"""
DEVICE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Visit:
    """Where somebody comes from: the client's address, and what its browser calls itself."""

    address: str
    device: str = ""


class Sessions:
    """Opens, finds and ends sessions."""

    def __init__(self, store: SignIns, clock: Clock, audit: Audit) -> None:
        self._store = store
        self._clock = clock
        self._audit = audit

    async def open(self, user: User, visit: Visit) -> str:
        """A new session of the user's; its token, for the browser alone."""
        token, now = new_token(), self._clock.now()
        session = Session(
            id=new_id(),
            user_id=user.id,
            digest=digest_of(token),
            created_at=now,
            seen_at=now,
            expires_at=now + LONGEST,
            address=visit.address,
            device=visit.device[:DEVICE_LENGTH],
        )
        await self._store.add_session(session)
        log.info("session.opened", user=str(user.id), address=visit.address)
        await self._audit.note(
            visitor(user, visit), AuditAction.SIGNED_IN, subject_of(user), account_id=user.account_id
        )
        return token

    async def authenticate(self, token: str, address: str) -> Principal:
        """Who is signed in with that token. Raises NotSignedIn."""
        found = await self._store.session(digest_of(token))
        now = self._clock.now()
        if found is None:
            raise NotSignedIn("the session has ended; sign in again")
        session, user = found
        if now >= min(session.expires_at, session.seen_at + IDLE):
            await self._store.drop_session(user.id, session.id)
            raise NotSignedIn("the session has ended; sign in again")
        if now - session.seen_at >= SEEN_EVERY or address != session.address:
            await self._store.session_seen(session.id, now, address)
        return replace(principal_of(user), way=Way.SESSION, address=address, came_with=session.id)

    async def find(self, principal: Principal) -> Sequence[Session]:
        """The user's own sessions that are not over, last seen first."""
        permit(principal, Action.PROFILE)
        now = self._clock.now()
        every = await self._store.sessions(principal.user_id)
        return [each for each in every if now < min(each.expires_at, each.seen_at + IDLE)]

    async def end(self, principal: Principal, session_id: UUID) -> None:
        """End one of one's own sessions. Raises NotFound."""
        permit(principal, Action.PROFILE)
        if not await self._store.drop_session(principal.user_id, session_id):
            raise NotFound("there is no such session")
        await self._note_end(principal, 1)

    async def end_others(self, principal: Principal) -> int:
        """End every session of one's own but the present one; how many."""
        permit(principal, Action.PROFILE)
        ended = await self._store.drop_sessions(principal.user_id, but=principal.came_with)
        if ended:
            await self._note_end(principal, ended)
        return ended

    async def sign_out(self, principal: Principal) -> None:
        """End the session that the principal came with."""
        if principal.came_with is not None:
            await self._store.drop_session(principal.user_id, principal.came_with)
            await self._note_end(principal, 1)

    async def renew(self, principal: Principal, user: User, visit: Visit) -> str | None:
        """After a change of what the user may or must do: end all of the user's sessions; for whoever came
        with one, the token of a new one."""
        await self._store.drop_sessions(user.id)
        return await self.open(user, visit) if principal.way is Way.SESSION else None

    async def _note_end(self, principal: Principal, ended: int) -> None:
        log.info("session.ended", user=str(principal.user_id), sessions=ended)
        whose = Subject("user", principal.user_id, principal.email)
        await self._audit.note(principal, AuditAction.SESSIONS_ENDED, whose, {"sessions": ended})


def visitor(user: User, visit: Visit) -> Actor:
    """Somebody who has just shown to be that user, as the audit trail names them."""
    return Actor(user.id, user.email, Way.SESSION, visit.address)
