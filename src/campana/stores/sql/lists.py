"""Recipient lists as a whole: begun, made visible, shown, removed. What is in them: see recipients."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from campana.domain.errors import Conflict, NotFound
from campana.domain.recipients import RecipientList
from campana.engine.ports import Page
from campana.stores.sql.cursors import newest_cursor, newest_first
from campana.stores.sql.part import Part
from campana.stores.sql.removal import remove_list
from campana.stores.sql.rows import list_of, list_values
from campana.stores.sql.schema import campaigns, recipient_lists, recipient_search, suppressions
from campana.stores.sql.schema import recipients as recipients_table
from campana.stores.sql.transactions import Transaction


class Lists(Part):
    """See Catalog. A list that is not closed is one in the making, or on its way out."""

    async def open_list(self, recipients: RecipientList) -> None:
        """Raises NotFound when there is no such account, Conflict when there is such a list."""
        try:
            await self._database.change(insert(recipient_lists), list_values(recipients) | {"closed": False})
        except IntegrityError:
            raise Conflict("The list exists already, or its account does not") from None

    async def close_list(self, recipients: RecipientList) -> RecipientList:
        """Raises NotFound when the list was dropped meanwhile or is closed already."""

        async def close(tx: Transaction) -> RecipientList:
            done = replace(recipients, suppressed=await _count_suppressed(tx, recipients))
            changed = await tx.execute(
                update(recipient_lists)
                .where(
                    recipient_lists.c.id == done.id,
                    recipient_lists.c.account_id == done.account_id,
                    recipient_lists.c.closed.is_(False),
                )
                .values(list_values(done) | {"closed": True})
            )
            if changed.rowcount != 1:
                raise NotFound("There is no such list in the making")
            return done

        closed = await self._database.write(close)
        await self._database.grew(recipients_table, recipient_search, by=closed.valid)
        return closed

    async def drop_list(self, account_id: UUID, list_id: UUID) -> None:
        """Takes it out of sight at once, then removes its rows in portions, so that nobody waits for a long
        write."""
        mine = recipient_lists.c.account_id == account_id

        async def hide(tx: Transaction) -> None:
            query = (
                select(recipient_lists.c.id).where(recipient_lists.c.id == list_id, mine).with_for_update()
            )
            if (await tx.execute(query)).one_or_none() is None:
                raise NotFound("There is no such list")
            await _refuse_if_used(tx, list_id)
            hidden = update(recipient_lists).where(recipient_lists.c.id == list_id).values(closed=False)
            await tx.execute(hidden)

        await self._database.write(hide)
        await remove_list(self._database, list_id)

    async def list_is_used(self, list_id: UUID) -> bool:
        query = select(campaigns.c.id).where(campaigns.c.recipient_list_id == list_id).limit(1)
        return bool(await self._database.rows(query))

    async def recipient_list(self, account_id: UUID, list_id: UUID) -> RecipientList | None:
        query = select(recipient_lists).where(
            recipient_lists.c.id == list_id,
            recipient_lists.c.account_id == account_id,
            recipient_lists.c.closed.is_(True),
        )
        row = await self._database.row(query)
        return None if row is None else list_of(row)

    async def recipient_lists(
        self, account_id: UUID, *, limit: int, cursor: str | None = None
    ) -> Page[RecipientList]:
        visible = select(recipient_lists).where(
            recipient_lists.c.account_id == account_id,
            recipient_lists.c.closed.is_(True),
            recipient_lists.c.listed.is_(True),
        )
        query = newest_first(visible, recipient_lists, limit=limit, cursor=cursor)
        rows = await self._database.rows(query)
        return Page(tuple(list_of(row) for row in rows[:limit]), newest_cursor(rows, limit))


async def _refuse_if_used(tx: Transaction, list_id: UUID) -> None:
    query = select(campaigns.c.name).where(campaigns.c.recipient_list_id == list_id).limit(1)
    user = (await tx.execute(query)).scalar_one_or_none()
    if user is not None:
        raise Conflict(f"The list is used by the campaign {user!r}; it stays with it")


async def _count_suppressed(tx: Transaction, closing: RecipientList) -> int:
    query = (
        select(func.count())
        .select_from(suppressions)
        .join(
            recipients_table,
            (recipients_table.c.list_id == closing.id) & (recipients_table.c.phone == suppressions.c.phone),
        )
        .where(suppressions.c.account_id == closing.account_id)
    )
    return int((await tx.execute(query)).scalar_one())
