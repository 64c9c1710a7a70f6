"""Where the audit trail is kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from campana.domain.audit import AuditEntry
from campana.engine.ports.pages import Page


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries: all that fit every part that is given.

    `action` is a whole action (`campaign.paused`) or the word before its dot; `user` a part of the actor's
    name and `q` a part of the subject's, in any case; `since` is the first moment that counts, `until` the
    first that no longer does.
    """

    action: str = ""
    user: str = ""
    q: str = ""
    since: datetime | None = None
    until: datetime | None = None


class AuditTrail(Protocol):
    """Only grows: there is no verb that changes or removes an entry, and the database refuses to."""

    async def add_audit_entry(self, entry: AuditEntry) -> None: ...

    async def audit_entries(
        self, account_id: UUID | None, query: AuditQuery, *, limit: int, cursor: str | None = None
    ) -> Page[AuditEntry]:
        """The account's entries, newest first; None: those of no account."""
