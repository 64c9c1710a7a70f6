"""Senders; each comes with its lane, so that there is always a row to lock."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from campana.domain.errors import Conflict, NotFound
from campana.domain.senders import Sender
from campana.engine.ports import Page, SenderName
from campana.stores.sql.cursors import newest_cursor, newest_first
from campana.stores.sql.failures import is_unique_violation
from campana.stores.sql.part import Part
from campana.stores.sql.rows import sender_of, sender_values
from campana.stores.sql.schema import accounts, lanes, senders
from campana.stores.sql.transactions import Transaction

_FIXED = frozenset({"id", "account_id", "created_at"})


class Senders(Part):
    """See Catalog."""

    async def add_sender(self, sender: Sender) -> None:
        async def add(tx: Transaction) -> None:
            await tx.execute(insert(senders), sender_values(sender))
            await tx.execute(insert(lanes), {"sender_id": sender.id})

        try:
            await self._database.write(add)
        except IntegrityError as error:
            if is_unique_violation(error):
                raise _taken(sender) from None
            raise NotFound("There is no such account") from None

    async def save_sender(self, sender: Sender) -> None:
        changed = {name: value for name, value in sender_values(sender).items() if name not in _FIXED}
        statement = (
            update(senders)
            .where(senders.c.id == sender.id, senders.c.account_id == sender.account_id)
            .values(changed)
        )
        try:
            found = await self._database.change(statement)
        except IntegrityError:
            raise _taken(sender) from None
        if not found:
            raise NotFound("There is no such sender")

    async def sender(self, account_id: UUID, sender_id: UUID) -> Sender | None:
        query = select(senders).where(senders.c.id == sender_id, senders.c.account_id == account_id)
        row = await self._database.row(query)
        return None if row is None else sender_of(row)

    async def senders(self, account_id: UUID, *, limit: int, cursor: str | None = None) -> Page[Sender]:
        query = newest_first(
            select(senders).where(senders.c.account_id == account_id), senders, limit=limit, cursor=cursor
        )
        rows = await self._database.rows(query)
        return Page(tuple(sender_of(row) for row in rows[:limit]), newest_cursor(rows, limit))

    async def sender_names(self, ids: Collection[UUID]) -> Mapping[UUID, SenderName]:
        query = (
            select(senders.c.id, senders.c.name, senders.c.account_id, accounts.c.name.label("account"))
            .join(accounts, accounts.c.id == senders.c.account_id)
            .where(senders.c.id.in_(ids))
        )
        return {
            row.id: SenderName(row.name, row.account, row.account_id)
            for row in await self._database.rows(query)
        }


def _taken(sender: Sender) -> Conflict:
    return Conflict(f"There is a sender named {sender.name!r} already")
