"""Receipts kept aside because no message is known by their id, or none yet."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, select, update

from campana.domain.messages import MessageStatus
from campana.domain.receipts import Receipt
from campana.engine.ports import Unmatched
from campana.stores.sql.part import Part
from campana.stores.sql.schema import unmatched_receipts
from campana.stores.sql.transactions import Transaction

_DEFER = (
    update(unmatched_receipts)
    .where(unmatched_receipts.c.id == bindparam("this"))
    .values(look_at=bindparam("to_look_at"))
)


async def keep_aside(tx: Transaction, statement: Any, receipts: Sequence[Unmatched]) -> None:
    """Add those that are not there yet, by an INSERT into the table that knows ON CONFLICT."""
    if receipts:
        await tx.execute(statement.on_conflict_do_nothing(), [_values(one) for one in receipts])


class UnmatchedReceipts(Part):
    """See Inbox."""

    async def unmatched(self, now: datetime, *, limit: int) -> Sequence[Unmatched]:
        query = (
            select(unmatched_receipts)
            .where(unmatched_receipts.c.look_at <= now)
            .order_by(unmatched_receipts.c.look_at, unmatched_receipts.c.id)
            .limit(limit)
        )
        return [_unmatched_of(row) for row in await self._database.rows(query)]

    async def unmatched_to(self, sender_id: UUID, phone: str) -> Sequence[Unmatched]:
        query = select(unmatched_receipts).where(
            unmatched_receipts.c.sender_id == sender_id, unmatched_receipts.c.phone == phone
        )
        return [_unmatched_of(row) for row in await self._database.rows(query)]

    async def drop_unmatched(self, ids: Collection[int]) -> None:
        if ids:
            await self._database.change(
                delete(unmatched_receipts).where(unmatched_receipts.c.id.in_(sorted(ids)))
            )

    async def defer_unmatched(self, look_at: Sequence[tuple[int, datetime]]) -> None:
        values = [{"this": number, "to_look_at": moment} for number, moment in look_at]

        async def work(tx: Transaction) -> None:
            await tx.execute(_DEFER, values)

        if values:
            await self._database.write(work)


def _unmatched_of(row: Row[Any]) -> Unmatched:
    receipt = Receipt(
        provider_message_id=row.provider_message_id,
        status=MessageStatus(row.status),
        at=row.at,
        code=row.code,
        reason=row.reason,
        phone=row.phone,
    )
    return Unmatched(row.sender_id, receipt, row.received_at, row.look_at, row.id)


def _values(one: Unmatched) -> dict[str, Any]:
    receipt = one.receipt
    return {
        "sender_id": one.sender_id,
        "provider_message_id": receipt.provider_message_id,
        "status": receipt.status.value,
        "at": receipt.at,
        "code": receipt.code,
        "reason": receipt.reason,
        "phone": receipt.phone,
        "received_at": one.received_at,
        "look_at": one.look_at,
    }
