"""People's data that go as a whole: the people of a list, and what is older than the account keeps it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, or_, select, update

from campana.domain.campaigns import OVER
from campana.domain.errors import Conflict
from campana.domain.masking import mask_phones
from campana.domain.messages import MessageStatus
from campana.engine.ports import PastList
from campana.stores.sql.books import hold
from campana.stores.sql.database import Database
from campana.stores.sql.erasing import NAMELESS
from campana.stores.sql.part import Part
from campana.stores.sql.removal import empty_list
from campana.stores.sql.schema import (
    campaigns,
    messages,
    preferences,
    recipient_lists,
    recipient_search,
    recipients,
    replies,
    row_problems,
    senders,
    unmatched_receipts,
)
from campana.stores.sql.transactions import Transaction

_PORTION = 2000
_OVER = [status.value for status in OVER]
_lists = recipient_lists.c
_BLANK = (
    update(replies)
    .where(replies.c.id == bindparam("this"))
    .values(phone="", name="", text="", provider_message_id=bindparam("to_id"))
)
_REASON = (
    update(messages)
    .where(messages.c.campaign_id == bindparam("campaign"), messages.c.row == bindparam("at_row"))
    .values(reason=bindparam("masked"))
)


class Forgetting(Part):
    """See Privacy."""

    async def retentions(self) -> Mapping[UUID, int]:
        query = select(preferences).where(preferences.c.retention_days.is_not(None))
        return {row.account_id: row.retention_days for row in await self._database.rows(query)}

    async def past_lists(self, account_id: UUID, before: datetime, *, limit: int) -> Sequence[PastList]:
        not_over = or_(
            campaigns.c.status.not_in(_OVER),
            campaigns.c.opened.is_(False),
            campaigns.c.completed_at >= before,
        )
        query = (
            select(_lists.id)
            .where(
                *(_lists.account_id == account_id, _lists.closed.is_(True), _lists.removed_at.is_(None)),
                _lists.created_at < before,
                ~exists().where(campaigns.c.recipient_list_id == _lists.id, not_over),
            )
            .order_by(_lists.created_at)
            .limit(limit)
        )
        return [PastList(account_id, row.id) for row in await self._database.rows(query)]

    async def remove_people(
        self, account_id: UUID, list_id: UUID, *, at: datetime, listed: bool = True
    ) -> bool:
        mine = (_lists.id == list_id) & (_lists.account_id == account_id) & _lists.closed.is_(True)

        async def mark(tx: Transaction) -> bool:
            found = (await tx.execute(select(_lists.removed_at).where(mine).with_for_update())).one_or_none()
            if found is None:
                return False
            await _refuse_if_not_over(tx, list_id)
            changes: dict[str, Any] = {"removed_at": found.removed_at or at}
            if not listed:
                changes["listed"] = False
            await tx.execute(update(recipient_lists).where(mine).values(changes))
            return True

        if not await self._database.write(mark):
            return False
        await _take_names(self._database, list_id)
        await empty_list(self._database, list_id)
        return True

    async def half_removed_lists(self) -> Sequence[PastList]:
        left = (
            exists().where(table.c.list_id == _lists.id)
            for table in (recipients, recipient_search, row_problems)
        )
        query = select(_lists.account_id, _lists.id).where(_lists.removed_at.is_not(None), or_(*left))
        return [PastList(row.account_id, row.id) for row in await self._database.rows(query)]

    async def forget_replies(self, account_id: UUID, before: datetime) -> int:
        return await blank_replies(
            self._database, (replies.c.account_id == account_id) & (replies.c.at < before)
        )

    async def forget_unmatched(self, account_id: UUID, before: datetime) -> int:
        mine = select(senders.c.id).where(senders.c.account_id == account_id)
        old = unmatched_receipts.c.sender_id.in_(mine) & (unmatched_receipts.c.received_at < before)
        return await self._database.change(delete(unmatched_receipts).where(old))


async def blank_replies(database: Database, which: ColumnElement[bool]) -> int:
    """Leave of them that they came, and what they wished; the provider's id of a reply holds the number."""
    blanked = 0
    while True:
        query = select(replies.c.id).where(which, replies.c.phone != "").limit(_PORTION)
        ids = [row.id for row in await database.rows(query)]
        if not ids:
            return blanked
        values = [{"this": each, "to_id": f"removed {each}"} for each in ids]

        async def blank(tx: Transaction, values: list[dict[str, Any]] = values) -> None:
            await tx.execute(_BLANK, values)

        await database.write(blank)
        blanked += len(ids)


async def _refuse_if_not_over(tx: Transaction, list_id: UUID) -> None:
    """With the campaigns locked, so that none is put back for a retry meanwhile."""
    query = select(campaigns.c.id, campaigns.c.name).where(campaigns.c.recipient_list_id == list_id)
    names = {row.id: row.name for row in await tx.execute(query)}
    held = await hold(tx, set(names))
    for campaign_id, name in names.items():
        campaign = held.get(campaign_id)
        if campaign is None or campaign.status.value not in _OVER or campaign.counts.open:
            raise Conflict(f"The list is used by the campaign {name!r}, which is not over; it stays with it")


async def _take_names(database: Database, list_id: UUID) -> None:
    """From all messages to the list's people the provider's ids, and numbers in the reasons; and the replies
    to them. In stretches of rows, so that no write takes long."""
    of_list = await database.rows(select(campaigns.c.id).where(campaigns.c.recipient_list_id == list_id))
    for campaign in of_list:
        mine = messages.c.campaign_id == campaign.id
        end = await database.row(select(func.max(messages.c.row).label("last")).where(mine))
        for first in range(0, (end.last or 0) if end else 0, _PORTION):
            stretch = mine & messages.c.row.between(first + 1, first + _PORTION)
            nameless = update(messages).where(stretch, messages.c.status != MessageStatus.SENDING.value)
            named = or_(messages.c.provider_message_id.is_not(None), messages.c.fence.is_not(None))
            await database.change(nameless.where(named).values(NAMELESS))
            await _mask_reasons(database, stretch)
        await blank_replies(database, replies.c.campaign_id == campaign.id)


async def _mask_reasons(database: Database, stretch: ColumnElement[bool]) -> None:
    query = select(messages.c.campaign_id, messages.c.row, messages.c.reason)
    told = await database.rows(query.where(stretch, messages.c.reason.is_not(None)))
    values = [
        {"campaign": row.campaign_id, "at_row": row.row, "masked": masked}
        for row in told
        if (masked := mask_phones(row.reason)) != row.reason
    ]

    async def write(tx: Transaction) -> None:
        await tx.execute(_REASON, values)

    if values:
        await database.write(write)
