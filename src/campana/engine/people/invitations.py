"""Invitations into an account. Whoever makes one has seen to it that this is allowed."""

from uuid import UUID

import structlog

from campana.domain.accounts import Principal, Role
from campana.domain.audit import AuditAction, Subject
from campana.domain.errors import Conflict
from campana.domain.sign_in import Link, Purpose
from campana.engine.accounts import check_email
from campana.engine.audit import Audit
from campana.engine.people.links import Handed, Letter, Links, Whose
from campana.engine.ports import Store

log = structlog.get_logger(__name__)

SUBJECT = "You are invited to Campana"
TEXT = """{inviter} invites you to join them at Campana. Open

{url}

within a week and choose a password.
"""


class Invitations:
    """Makes them, and takes them back."""

    def __init__(self, store: Store, links: Links, audit: Audit) -> None:
        self._store = store
        self._links = links
        self._audit = audit

    async def make(self, by: Principal, account_id: UUID, email: str, role: Role) -> tuple[Link, Handed]:
        """Invite somebody. Raises InvalidInput for the address, Conflict when they are in the account."""
        email = check_email(email)
        user = await self._store.user_by_email(email)
        # Whether somebody is a user of another account is nobody's business here; accepting will tell them.
        if user is not None and user.account_id == account_id:
            raise Conflict(f"{user.email} is in the team already")
        whose = Whose(account_id=account_id, email=email, role=role)
        token, link = await self._links.make(Purpose.INVITATION, whose)
        log.info("user.invited", link=str(link.id), role=role.value, by=str(by.user_id))
        invited = Subject("invitation", link.id, email)
        details = {"role": role.value}
        await self._audit.note(by, AuditAction.USER_INVITED, invited, details, account_id=account_id)
        letter = Letter(email, SUBJECT, TEXT)
        return link, await self._links.hand(Purpose.INVITATION, token, letter, inviter=by.email)

    async def withdraw(self, by: Principal, account_id: UUID, link_id: UUID) -> bool:
        """Make one worthless; False where there is none."""
        if not await self._store.drop_link(account_id, link_id):
            return False
        withdrawn = Subject("invitation", link_id)
        await self._audit.note(by, AuditAction.USER_INVITATION_WITHDRAWN, withdrawn, account_id=account_id)
        return True
