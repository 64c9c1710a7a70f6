"""Removes people's data that an account wants to keep no longer; counts and states of its campaigns stay."""

from datetime import timedelta
from uuid import UUID

import structlog

from campana.domain.audit import ENGINE, AuditAction, Subject
from campana.domain.errors import Conflict
from campana.engine.audit import Audit
from campana.engine.ports import Clock, Store

log = structlog.get_logger(__name__)

AT_ONCE = 50
"""lists of an account in one round; the rest comes with the next"""


class Retention:
    """One round looks at every account that has set how long."""

    def __init__(self, store: Store, audit: Audit, clock: Clock) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock

    async def expire(self) -> int:
        """Remove what is too old; how many lists lost their people."""
        removed = 0
        for account_id, days in (await self._store.retentions()).items():
            removed += await self._expire(account_id, days)
        return removed

    async def end_begun(self) -> int:
        """What was begun and broken off: the people of lists that were to be removed."""
        lists = await self._store.half_removed_lists()
        for each in lists:
            await self._store.remove_people(each.account_id, each.list_id, at=self._clock.now())
        return len(lists)

    async def _expire(self, account_id: UUID, days: int) -> int:
        before = self._clock.now() - timedelta(days=days)
        removed = 0
        for each in await self._store.past_lists(account_id, before, limit=AT_ONCE):
            try:
                removed += await self._store.remove_people(account_id, each.list_id, at=self._clock.now())
            except Conflict:
                continue  # a campaign of it was set going again meanwhile
            subject = Subject("recipient_list", each.list_id)
            details = {"days": days}
            await self._audit.note(ENGINE, AuditAction.LIST_EXPIRED, subject, details, account_id=account_id)
        replies = await self._store.forget_replies(account_id, before)
        receipts = await self._store.forget_unmatched(account_id, before)
        if removed or replies or receipts:
            log.info("people.expired", account=str(account_id), lists=removed, replies=replies)
        return removed
