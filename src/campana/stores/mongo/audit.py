"""The audit trail: entries are added and read, and no verb does anything else to them."""

from typing import Any
from uuid import UUID

from campana.domain.audit import AuditEntry
from campana.engine.ports import AuditQuery, Page
from campana.stores.mongo.cursors import newest_page
from campana.stores.mongo.database import Document
from campana.stores.mongo.documents import document_of, key_of, thing_of
from campana.stores.mongo.part import Part
from campana.stores.mongo.patterns import beginning, holding


class Audit(Part):
    """See AuditTrail."""

    async def add_audit_entry(self, entry: AuditEntry) -> None:
        keys = {"actor_key": key_of(entry.actor.name), "subject_key": key_of(entry.subject.name)}
        await self._database["auditEntries"].add(document_of(entry, **keys))

    async def audit_entries(
        self, account_id: UUID | None, query: AuditQuery, *, limit: int, cursor: str | None = None
    ) -> Page[AuditEntry]:
        owner = {"$exists": False} if account_id is None else str(account_id)
        wanted = {"accountId": owner, **_conditions(query)}
        entries = self._database["auditEntries"]
        return await newest_page(entries, wanted, _entry_of, limit=limit, cursor=cursor)


def _conditions(query: AuditQuery) -> dict[str, Any]:
    every: list[dict[str, Any]] = []
    if query.action:
        every.append({"$or": [{"action": query.action}, {"action": beginning(f"{query.action}.")}]})
    if query.user:
        every.append({"actorKey": holding(key_of(query.user))})
    if query.q:
        every.append({"subjectKey": holding(key_of(query.q))})
    if query.since is not None:
        every.append({"createdAt": {"$gte": query.since}})
    if query.until is not None:
        every.append({"createdAt": {"$lt": query.until}})
    return {"$and": every} if every else {}


def _entry_of(document: Document) -> AuditEntry:
    return thing_of(AuditEntry, document)
