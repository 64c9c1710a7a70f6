"""Where one's own account stands with the installation, and whether its administrators may look at it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from campana.domain.accounts import Account, Principal
from campana.domain.audit import AuditAction, subject_of
from campana.domain.errors import InvalidInput, NotFound
from campana.domain.permissions import Action, permit
from campana.domain.times import iso
from campana.engine.audit import Audit
from campana.engine.ports import Clock, Store

LONGEST_ACCESS_H = 30 * 24


class AdminAccess:
    """The principal's account."""

    def __init__(self, store: Store, audit: Audit, clock: Clock) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock

    async def get(self, principal: Principal) -> Account:
        """With its ceilings, and whether it is suspended."""
        permit(principal, Action.READ)
        account = await self._store.account(principal.account_id)
        if account is None:
            raise NotFound("there is no such account")
        return account

    async def let_admins_in(self, principal: Principal, hours: int) -> Account:
        """Allow platform administrators to look at the account for so many hours from now. Raises
        InvalidInput."""
        permit(principal, Action.ACCOUNT)
        if not 1 <= hours <= LONGEST_ACCESS_H:
            raise InvalidInput.of("hours", f"must be a whole number from 1 to {LONGEST_ACCESS_H}")
        until = self._clock.now() + timedelta(hours=hours)
        account = await self._change(principal, lambda there: replace(there, admin_access_until=until))
        details = {"until": iso(until)}
        await self._audit.note(principal, AuditAction.ACCOUNT_LET_IN, subject_of(account), details)
        return account

    async def shut_admins_out(self, principal: Principal) -> Account:
        """End that, at once."""
        permit(principal, Action.ACCOUNT)
        account = await self._change(principal, lambda there: replace(there, admin_access_until=None))
        await self._audit.note(principal, AuditAction.ACCOUNT_SHUT_OUT, subject_of(account))
        return account

    async def _change(self, principal: Principal, change: Callable[[Account], Account]) -> Account:
        account = await self._store.change_account(principal.account_id, change)
        if account is None:
            raise NotFound("there is no such account")
        return account
