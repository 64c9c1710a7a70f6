"""Writes the audit trail, and shows it to owners. Services call `note` right after what they did."""

from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

from campana.domain.accounts import Principal
from campana.domain.audit import Actor, AuditAction, AuditEntry, Detail, Subject
from campana.domain.masking import mask_phones
from campana.domain.permissions import Action, permit
from campana.domain.times import iso
from campana.engine.ids import new_id
from campana.engine.ports import AuditQuery, AuditTrail, Clock, Page
from campana.engine.tables import csv_text, safe

BATCH = 500
"""entries an export reads at once"""
COLUMNS = (
    *("created_at", "user_id", "user", "way", "address", "action"),
    *("subject_kind", "subject_id", "subject_name", "details"),
)
"""of an export; times are UTC"""


def changes(was: Mapping[str, Detail | None], now: Mapping[str, Detail | None]) -> dict[str, Detail]:
    """What differs, as details say it: `29 to 12.5`, `none to 1000`."""
    return {name: f"{_plain(was[name])} to {_plain(now[name])}" for name in now if now[name] != was[name]}


class Audit:
    """The trail of every account."""

    def __init__(self, trail: AuditTrail, clock: Clock) -> None:
        self._trail = trail
        self._clock = clock

    async def note(
        self,
        who: Principal | Actor,
        action: AuditAction,
        subject: Subject,
        details: Mapping[str, Detail] | None = None,
        *,
        account_id: UUID | None = None,
    ) -> None:
        """Add an entry to the trail of that account, by default the principal's own.

        Details are small and hold no secret. Whatever looks like a phone number, a campaign's name too, is
        kept with its last four digits only.
        """
        if isinstance(who, Principal):
            account_id = account_id or who.account_id
            who = Actor.of(who)
        entry = AuditEntry(
            id=new_id(),
            account_id=account_id,
            created_at=self._clock.now(),
            actor=who,
            action=action.value,
            subject=Subject(subject.kind, subject.id, mask_phones(subject.name)),
            details={name: _masked(detail) for name, detail in (details or {}).items()},
        )
        await self._trail.add_audit_entry(entry)

    async def find(
        self, principal: Principal, query: AuditQuery, *, limit: int, cursor: str | None = None
    ) -> Page[AuditEntry]:
        """The account's entries, newest first."""
        permit(principal, Action.AUDIT)
        return await self._trail.audit_entries(principal.account_id, query, limit=limit, cursor=cursor)

    async def csv(self, principal: Principal, query: AuditQuery) -> AsyncIterator[bytes]:
        """The same as a CSV file, piece by piece; that it was made is noted first."""
        permit(principal, Action.AUDIT)
        await self.note(principal, AuditAction.AUDIT_EXPORTED, Subject("account", principal.account_id))
        return self._csv(principal.account_id, query)

    async def _csv(self, account_id: UUID, query: AuditQuery) -> AsyncIterator[bytes]:
        yield csv_text([COLUMNS], first=True).encode()
        cursor: str | None = None
        while True:
            page = await self._trail.audit_entries(account_id, query, limit=BATCH, cursor=cursor)
            yield csv_text(map(_line, page.items)).encode()
            cursor = page.next_cursor
            if cursor is None:
                return


def _masked(detail: Detail) -> Detail:
    return mask_phones(detail) if isinstance(detail, str) else detail


def _line(entry: AuditEntry) -> Sequence[str | float | None]:
    actor, subject = entry.actor, entry.subject
    told = "; ".join(f"{name}: {detail}" for name, detail in entry.details.items())
    return (
        *(iso(entry.created_at), str(actor.user_id or ""), safe(actor.name), actor.way.value),
        *(safe(actor.address), entry.action),
        *(subject.kind, str(subject.id or ""), safe(subject.name), safe(told)),
    )


def _plain(value: Detail | None) -> str:
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
