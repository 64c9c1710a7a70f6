"""The audit trail: entries are added and read, and nothing else can be done to them."""

from uuid import UUID

from sqlalchemy import ColumnElement, Row, insert, or_, select

from campana.domain.accounts import Way
from campana.domain.audit import Actor, AuditEntry, Subject
from campana.engine.ports import AuditQuery, Page
from campana.stores.sql.cursors import newest_cursor, newest_first
from campana.stores.sql.part import Part
from campana.stores.sql.rows import Values, key_of
from campana.stores.sql.schema import audit_entries as table


class Audit(Part):
    """See AuditTrail."""

    async def add_audit_entry(self, entry: AuditEntry) -> None:
        await self._database.change(insert(table), _values(entry))

    async def audit_entries(
        self, account_id: UUID | None, query: AuditQuery, *, limit: int, cursor: str | None = None
    ) -> Page[AuditEntry]:
        mine = table.c.account_id.is_(None) if account_id is None else table.c.account_id == account_id
        wanted = select(table).where(mine, *_conditions(query))
        rows = await self._database.rows(newest_first(wanted, table, limit=limit, cursor=cursor))
        return Page(tuple(_entry_of(row) for row in rows[:limit]), newest_cursor(rows, limit))


def _conditions(query: AuditQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.action:
        of_kind = table.c.action.startswith(f"{query.action}.", autoescape=True)
        conditions.append(or_(table.c.action == query.action, of_kind))
    if query.user:
        conditions.append(table.c.actor_key.contains(key_of(query.user), autoescape=True))
    if query.q:
        conditions.append(table.c.subject_key.contains(key_of(query.q), autoescape=True))
    if query.since is not None:
        conditions.append(table.c.created_at >= query.since)
    if query.until is not None:
        conditions.append(table.c.created_at < query.until)
    return conditions


def _values(entry: AuditEntry) -> Values:
    return {
        "id": entry.id,
        "account_id": entry.account_id,
        "created_at": entry.created_at,
        "user_id": entry.actor.user_id,
        "actor": entry.actor.name,
        "actor_key": key_of(entry.actor.name),
        "way": entry.actor.way.value,
        "address": entry.actor.address,
        "action": entry.action,
        "subject_kind": entry.subject.kind,
        "subject_id": entry.subject.id,
        "subject_name": entry.subject.name,
        "subject_key": key_of(entry.subject.name),
        "details": dict(entry.details),
    }


def _entry_of(row: Row[tuple[object, ...]]) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        account_id=row.account_id,
        created_at=row.created_at,
        actor=Actor(row.user_id, row.actor, Way(row.way), row.address),
        action=row.action,
        subject=Subject(row.subject_kind, row.subject_id, row.subject_name),
        details=row.details,
    )
