"""Removing lists and campaigns that nobody can see any more, in portions, so that no write takes long."""

from uuid import UUID

from sqlalchemy import ColumnElement, Table, delete, func, select, update

from campana.domain.campaigns import CampaignStatus
from campana.stores.sql.database import Database
from campana.stores.sql.schema import (
    campaigns,
    counts,
    messages,
    recipient_lists,
    recipient_search,
    recipients,
    row_problems,
)
from campana.stores.sql.transactions import Transaction

_PORTION = 5000


async def remove_list(database: Database, list_id: UUID) -> None:
    """A list that is not closed, with all that is in it. Safe to repeat."""
    await _empty(database, recipients, recipients.c.list_id == list_id)
    await _empty(database, row_problems, row_problems.c.list_id == list_id)

    async def finish(tx: Transaction) -> None:
        query = select(recipient_lists.c.closed).where(recipient_lists.c.id == list_id).with_for_update()
        if (await tx.execute(query)).scalar_one_or_none() is not False:
            return
        for table in (recipients, recipient_search, row_problems):  # also what a late batch brought meanwhile
            await tx.execute(delete(table).where(table.c.list_id == list_id))
        await tx.execute(delete(recipient_lists).where(recipient_lists.c.id == list_id))

    await database.write(finish)


async def empty_list(database: Database, list_id: UUID) -> None:
    """All that is in a list that stays: first what names people, last the packed texts, by which it is seen
    whether this came to its end. Safe to repeat."""
    await _empty(database, recipients, recipients.c.list_id == list_id)
    await _empty(database, row_problems, row_problems.c.list_id == list_id)
    await database.change(delete(recipient_search).where(recipient_search.c.list_id == list_id))


async def remove_campaign(database: Database, campaign_id: UUID) -> bool:
    """A campaign that was never opened, with its messages; whether it still was one. Safe to repeat.

    CANCELLED before it was opened means: on its way out. Neither `load` nor `open_campaign` touches it any
    more.
    """
    mine = messages.c.campaign_id == campaign_id
    mark = update(campaigns).where(campaigns.c.id == campaign_id, campaigns.c.opened.is_(False))
    if not await database.change(mark.values(status=CampaignStatus.CANCELLED.value)):
        return False
    await _empty(database, messages, mine)

    async def finish(tx: Transaction) -> None:
        await tx.execute(delete(counts).where(counts.c.campaign_id == campaign_id))
        await tx.execute(delete(campaigns).where(campaigns.c.id == campaign_id))

    await database.write(finish)
    return True


async def _empty(database: Database, table: Table, mine: ColumnElement[bool]) -> None:
    portion = select(table.c.row).where(mine).order_by(table.c.row).limit(_PORTION).subquery()
    statement = delete(table).where(mine, table.c.row <= select(func.max(portion.c.row)).scalar_subquery())
    removed = _PORTION
    while removed:
        removed = await database.change(statement)
