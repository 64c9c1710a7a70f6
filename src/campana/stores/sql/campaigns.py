"""Campaigns as reports and their owners see them. How they move: see moves and room."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Update, exists, func, insert, select, update

from campana.domain.campaigns import EDITABLE, Campaign, CampaignKind, CampaignStatus
from campana.domain.errors import NotFound
from campana.engine.ports import CampaignView, Statistics
from campana.stores.sql.books import hold
from campana.stores.sql.columns import database_time
from campana.stores.sql.news import keep_campaign
from campana.stores.sql.part import Part
from campana.stores.sql.removal import remove_campaign, remove_list
from campana.stores.sql.rows import campaign_of, campaign_values
from campana.stores.sql.schema import campaigns, counts, recipient_lists, senders
from campana.stores.sql.transactions import Transaction
from campana.stores.sql.views import VIEWS, view_of

_EDITED = ("name", "name_key", "fields", "header", "scheduled_at", "status")
_OVERDUE = select(func.min(campaigns.c.scheduled_at).label("oldest")).where(
    campaigns.c.opened.is_(True),
    campaigns.c.status == CampaignStatus.SCHEDULED.value,
    campaigns.c.scheduled_at <= database_time(),
)


class Campaigns(Part):
    """See Catalog."""

    async def add_campaign(self, campaign: Campaign) -> Campaign:
        """Raises NotFound when the account has no such sender or list."""
        fresh = replace(campaign, status=CampaignStatus.DRAFT)
        values = campaign_values(fresh) | {"opened": False}
        statement = self._database.insert(campaigns).on_conflict_do_nothing(
            index_elements=["account_id", "idempotency_key"]
        )

        async def work(tx: Transaction) -> Campaign:
            await _require_parents(tx, fresh)
            if (await tx.execute(statement, values)).rowcount == 1:
                await tx.execute(insert(counts), {"campaign_id": fresh.id})
                return fresh
            query = _with_key(fresh.account_id, fresh.idempotency_key)
            return campaign_of((await tx.execute(query)).one())

        return await self._database.write(work)

    async def campaign_by_key(self, account_id: UUID, idempotency_key: str) -> Campaign | None:
        row = await self._database.row(_with_key(account_id, idempotency_key))
        return None if row is None else campaign_of(row)

    async def campaign(self, account_id: UUID, campaign_id: UUID) -> CampaignView | None:
        query = VIEWS.where(
            campaigns.c.id == campaign_id, campaigns.c.account_id == account_id, campaigns.c.opened.is_(True)
        )
        row = await self._database.row(query)
        return None if row is None else view_of(row)

    async def campaigns_of_list(
        self, account_id: UUID, list_id: UUID, *, limit: int
    ) -> Sequence[CampaignView]:
        query = VIEWS.where(
            campaigns.c.recipient_list_id == list_id,
            campaigns.c.account_id == account_id,
            campaigns.c.opened.is_(True),
            campaigns.c.kind == CampaignKind.BULK.value,
        ).order_by(campaigns.c.created_at.desc(), campaigns.c.id.desc())
        return [view_of(row) for row in await self._database.rows(query.limit(limit))]

    async def edit_campaign(self, campaign: Campaign) -> bool:
        """Raises ValueError when the new status is not one of those that may be edited."""
        if campaign.status not in EDITABLE:
            raise ValueError(f"an edited campaign cannot become {campaign.status}")
        values = campaign_values(campaign)
        statement = (
            update(campaigns)
            .where(
                campaigns.c.id == campaign.id,
                campaigns.c.account_id == campaign.account_id,
                campaigns.c.opened.is_(True),
                campaigns.c.status.in_([status.value for status in EDITABLE]),
            )
            .values({name: values[name] for name in _EDITED})
        )

        async def work(tx: Transaction) -> bool:
            held = (await hold(tx, [campaign.id])).get(campaign.id)
            if held is None or not (await tx.execute(statement)).rowcount:
                return False
            if held.status is not campaign.status:
                await keep_campaign(tx, held, campaign.status)
            return True

        return await self._database.write(work)

    async def progress(self, campaign_ids: Collection[UUID]) -> Mapping[UUID, CampaignView]:
        if not campaign_ids:
            return {}
        rows = await self._database.rows(VIEWS.where(campaigns.c.id.in_(campaign_ids)))
        return {row.id: view_of(row) for row in rows}

    async def drop_unfinished(self, before: datetime) -> int:
        """Also the list of an inline campaign that was dropped, or never begun."""
        dropped = 0
        for campaign_id in await self._ids(_unopened(before)):
            dropped += await remove_campaign(self._database, campaign_id)
        await self._database.change(_hide_orphans(before))
        unfinished = select(recipient_lists.c.id).where(
            recipient_lists.c.closed.is_(False), recipient_lists.c.created_at < before
        )
        for list_id in await self._ids(unfinished):
            await remove_list(self._database, list_id)
            dropped += 1
        return dropped

    async def statistics(self) -> Statistics:
        by_status = (
            select(
                campaigns.c.status, func.count().label("number"), func.sum(counts.c.pending).label("pending")
            )
            .join(counts, counts.c.campaign_id == campaigns.c.id)
            .where(campaigns.c.opened.is_(True))
            .group_by(campaigns.c.status)
        )
        found = {CampaignStatus(row.status): row for row in await self._database.rows(by_status)}
        running = found.get(CampaignStatus.PROCESSING)
        overdue = await self._database.row(_OVERDUE)
        return Statistics(
            queued=0 if running is None else int(running.pending),
            campaigns={status: found[status].number if status in found else 0 for status in CampaignStatus},
            oldest_due=None if overdue is None else overdue.oldest,
        )

    async def _ids(self, query: Select[UUID]) -> Sequence[UUID]:
        return [row.id for row in await self._database.rows(query)]


def _with_key(account_id: UUID, idempotency_key: str | None) -> Select[Any]:
    return select(campaigns).where(
        campaigns.c.account_id == account_id, campaigns.c.idempotency_key == idempotency_key
    )


def _unopened(before: datetime) -> Select[UUID]:
    return select(campaigns.c.id).where(campaigns.c.opened.is_(False), campaigns.c.created_at < before)


def _hide_orphans(before: datetime) -> Update:
    """Lists given inline exist for their campaign alone; without one they are on their way out."""
    return (
        update(recipient_lists)
        .where(
            recipient_lists.c.listed.is_(False),
            recipient_lists.c.closed.is_(True),
            recipient_lists.c.created_at < before,
            ~exists().where(campaigns.c.recipient_list_id == recipient_lists.c.id),
        )
        .values(closed=False)
    )


async def _require_parents(tx: Transaction, campaign: Campaign) -> None:
    """The list is locked against removal until the campaign that uses it is there."""
    of_list = select(recipient_lists.c.id).where(
        recipient_lists.c.id == campaign.recipient_list_id,
        recipient_lists.c.account_id == campaign.account_id,
        recipient_lists.c.closed.is_(True),
        recipient_lists.c.removed_at.is_(None),
    )
    if (await tx.execute(of_list.with_for_update(read=True))).one_or_none() is None:
        raise NotFound("There is no such recipient list")
    of_sender = select(senders.c.id).where(
        senders.c.id == campaign.sender_id, senders.c.account_id == campaign.account_id
    )
    if (await tx.execute(of_sender)).one_or_none() is None:
        raise NotFound("There is no such sender")
