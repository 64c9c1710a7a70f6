"""Marks that are to be set, or taken away, at the provider: a queue in which each number stands once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update

from campana.engine.ports import Flag
from campana.stores.sql.database import Database
from campana.stores.sql.part import Part
from campana.stores.sql.schema import flags
from campana.stores.sql.transactions import Transaction


class Flags(Part):
    """See OptOuts."""

    async def due_flags(self, now: datetime, *, limit: int) -> Sequence[Flag]:
        query = select(flags).where(flags.c.not_before <= now).order_by(flags.c.not_before).limit(limit)
        return [_flag_of(row) for row in await self._database.rows(query)]

    async def settle_flag(self, flag: Flag, *, retry_at: datetime | None = None) -> bool:
        this = (
            (flags.c.account_id == flag.account_id)
            & (flags.c.phone == flag.phone)
            & (flags.c.revision == flag.revision)
        )
        if retry_at is None:
            return await self._database.change(delete(flags).where(this)) == 1
        later = update(flags).where(this).values(not_before=retry_at, attempts=flags.c.attempts + 1)
        return await self._database.change(later) == 1


async def queue_flags(
    database: Database,
    tx: Transaction,
    account_id: UUID,
    phones: Sequence[str],
    *,
    opted_out: bool,
    at: datetime,
) -> None:
    """Queue a mark for each number; a newer wish takes the place of an older one."""
    if not phones:
        return
    statement = database.insert(flags)
    anew = {"opted_out": opted_out, "not_before": at, "attempts": 0, "revision": flags.c.revision + 1}
    values = [
        {"account_id": account_id, "phone": phone, "opted_out": opted_out, "not_before": at}
        for phone in phones
    ]
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["account_id", "phone"], set_=anew), values
    )


def _flag_of(row: Row[Any]) -> Flag:
    return Flag(
        account_id=row.account_id,
        phone=row.phone,
        opted_out=row.opted_out,
        attempts=row.attempts,
        revision=row.revision,
    )
