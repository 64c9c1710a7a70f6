"""The team of an account: who is in it, in which role, and how others join."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from campana.domain.accounts import Principal, Role, User, Way
from campana.domain.audit import Actor, AuditAction, subject_of
from campana.domain.errors import NotFound
from campana.domain.permissions import Action, permit
from campana.domain.sign_in import Link, Purpose
from campana.engine.accounts import Accounts
from campana.engine.audit import Audit
from campana.engine.people.invitations import Invitations
from campana.engine.people.links import Handed, Links
from campana.engine.people.passwords import check_password
from campana.engine.people.resets import WORTHLESS
from campana.engine.people.second_factor import SecondFactors
from campana.engine.people.sessions import Visit
from campana.engine.ports import Store

log = structlog.get_logger(__name__)


class Team:
    """Owners change it; nobody can leave the account without an owner."""

    def __init__(
        self,
        store: Store,
        links: Links,
        accounts: Accounts,
        *,
        audit: Audit,
        second_factors: SecondFactors,
        invitations: Invitations,
    ) -> None:
        self._store = store
        self._audit = audit
        self._invitations = invitations
        self._links = links
        self._accounts = accounts
        self._second_factors = second_factors

    async def find(self, principal: Principal) -> Sequence[tuple[User, bool]]:
        """Everybody in the account, newest first, and whether their second factor is on."""
        permit(principal, Action.TEAM)
        users = await self._store.users(principal.account_id)
        return [(user, await self._second_factors.is_on(user.id)) for user in users]

    async def change_role(self, principal: Principal, user_id: UUID, role: Role) -> User:
        """Give somebody another role, and end their sessions. Raises NotFound; Conflict for the last
        owner."""
        permit(principal, Action.TEAM)
        user = await self._member(principal, user_id)
        if user.role is not role:
            await self._store.set_role(principal.account_id, user_id, role)
            if user_id != principal.user_id:
                await self._store.drop_sessions(user_id)
            log.info("user.role_changed", user=str(user_id), role=role.value, by=str(principal.user_id))
            change = {"from": user.role.value, "to": role.value}
            await self._audit.note(principal, AuditAction.USER_ROLE, subject_of(user), change)
        return await self._member(principal, user_id)

    async def remove(self, principal: Principal, user_id: UUID) -> None:
        """Remove somebody with keys and sessions. Raises NotFound; Conflict for the last owner."""
        permit(principal, Action.TEAM)
        user = await self._member(principal, user_id)
        await self._store.drop_user(principal.account_id, user_id)
        log.info("user.removed", user=str(user_id), by=str(principal.user_id))
        await self._audit.note(principal, AuditAction.USER_REMOVED, subject_of(user))

    async def turn_off_second_factor(self, principal: Principal, user_id: UUID) -> None:
        """For somebody who has lost phone and recovery codes. Raises NotFound."""
        permit(principal, Action.TEAM)
        await self._second_factors.turn_off(principal, await self._member(principal, user_id))

    async def invitations(self, principal: Principal) -> Sequence[Link]:
        """Those that nobody has taken, newest first."""
        permit(principal, Action.TEAM)
        return await self._store.links(principal.account_id, Purpose.INVITATION)

    async def invite(self, principal: Principal, email: str, role: Role) -> tuple[Link, Handed]:
        """Invite somebody. Raises InvalidInput for the address, Conflict when they are in the team."""
        permit(principal, Action.TEAM)
        return await self._invitations.make(principal, principal.account_id, email, role)

    async def withdraw(self, principal: Principal, link_id: UUID) -> None:
        """Make an invitation worthless. Raises NotFound."""
        permit(principal, Action.TEAM)
        if not await self._invitations.withdraw(principal, principal.account_id, link_id):
            raise NotFound("there is no such invitation")

    async def invited(self, token: str) -> Link | None:
        """The invitation, if it is good still."""
        return await self._links.look(Purpose.INVITATION, token)

    async def accept(self, token: str, password: str, visit: Visit) -> User:
        """Join the account. Raises NotFound for the link, InvalidInput for the password (the link stays good
        then), Conflict when the address has become a user otherwise."""
        link = await self.invited(token)
        if link is None or link.account_id is None or link.role is None:
            raise NotFound(WORTHLESS)
        check_password(password, email=link.email)
        if await self._links.spend(Purpose.INVITATION, token) is None:
            raise NotFound(WORTHLESS)
        who = Actor(None, link.email, Way.SESSION, visit.address)
        return await self._accounts.join(link.account_id, link.email, link.role, password=password, by=who)

    async def _member(self, principal: Principal, user_id: UUID) -> User:
        user = await self._store.user(user_id)
        if user is None or user.account_id != principal.account_id:
            raise NotFound("there is no such person in the team")
        return user
