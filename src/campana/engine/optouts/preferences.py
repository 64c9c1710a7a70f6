"""What an account decides about the people it messages: its own words, how often, and unreachable numbers."""

from dataclasses import replace
from typing import Any

import structlog

from campana.domain.accounts import Principal
from campana.domain.audit import AuditAction, Detail, Subject
from campana.domain.permissions import Action, permit
from campana.domain.preferences import Frequency, Preferences
from campana.engine.audit import Audit
from campana.engine.ports import Store

log = structlog.get_logger(__name__)


class AccountPreferences:
    """Reads and changes the account's preferences."""

    def __init__(self, store: Store, audit: Audit) -> None:
        self._store = store
        self._audit = audit

    async def get(self, principal: Principal) -> Preferences:
        """The account's preferences."""
        permit(principal, Action.READ)
        return await self._store.preferences(principal.account_id)

    async def change(self, principal: Principal, changes: dict[str, Any]) -> Preferences:
        """Replace what is named, fields of Preferences. Raises InvalidInput with every problem.

        Lanes go by it from their next look on, in running campaigns too.
        """
        permit(principal, Action.ACCOUNT)
        known = await self._store.preferences(principal.account_id)
        wanted = replace(known, **changes).checked()
        await self._store.save_preferences(principal.account_id, wanted)
        log.info("account.preferences", changed=sorted(changes), user=str(principal.user_id))
        told = {name: _told(value) for name, value in changes.items()}
        subject = Subject("account", principal.account_id)
        await self._audit.note(principal, AuditAction.PREFERENCES_CHANGED, subject, told)
        return wanted


def _told(value: Any) -> Detail:
    if isinstance(value, Frequency):
        return f"{value.messages} in {value.days} days"
    return ", ".join(value) if isinstance(value, tuple) else value
