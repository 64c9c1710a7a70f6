"""How campaigns move from state to state, and what that does to messages that are not on their way."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from campana.domain.campaigns import OVER, RETRYING, SWEPT, Campaign, CampaignStatus, start_states
from campana.domain.messages import RETRYABLE, MessageStatus
from campana.domain.senders import Sender
from campana.stores.held import Held
from campana.stores.quarters import QuarterMoves
from campana.stores.sql.books import Shift, hold, shift
from campana.stores.sql.news import keep_campaign
from campana.stores.sql.part import Part
from campana.stores.sql.quarters import of_first
from campana.stores.sql.rows import campaign_of, sender_of
from campana.stores.sql.schema import campaigns, counts, messages, recipient_lists, senders
from campana.stores.sql.transactions import Transaction

_SCHEDULED = campaigns.c.opened.is_(True) & (campaigns.c.status == CampaignStatus.SCHEDULED.value)


class Moves(Part):
    """See Ledger."""

    async def move(
        self,
        campaign_id: UUID,
        target: CampaignStatus,
        *,
        origins: Collection[CampaignStatus],
        at: datetime,
        error: str | None = None,
        scheduled_at: datetime | None = None,
    ) -> bool:
        """Raises ValueError for a move that the transition table lacks, and for PROCESSING, which is
        `start`'s.

        A campaign becomes COMPLETED only when nothing is open, SCHEDULED only when it has a time.
        """
        if target is CampaignStatus.PROCESSING or not set(origins) <= start_states(target):
            raise ValueError(f"no move leads from {sorted(origins)} to {target}")
        changes = {"error": error, "completed_at": at if target in OVER else None}
        if scheduled_at is not None:
            changes["scheduled_at"] = scheduled_at

        async def work(tx: Transaction) -> bool:
            campaign = (await hold(tx, [campaign_id])).get(campaign_id)
            if campaign is None or not campaign.may_move(target, origins, scheduled_at):
                return False
            await _move(tx, campaign, target, changes)
            await keep_campaign(tx, campaign, target)
            return True

        return await self._database.write(work)

    async def complete(self, campaign_id: UUID, at: datetime) -> bool:
        return await self.move(
            campaign_id, CampaignStatus.COMPLETED, origins={CampaignStatus.PROCESSING}, at=at
        )

    async def due(self, now: datetime, *, limit: int) -> Sequence[tuple[Campaign, Sender]]:
        query = (
            select(campaigns)
            .where(_SCHEDULED, campaigns.c.scheduled_at <= now)
            .order_by(campaigns.c.scheduled_at, campaigns.c.id)
            .limit(limit)
        )
        found = [campaign_of(row) for row in await self._database.rows(query)]
        ids = {campaign.sender_id for campaign in found}
        rows = await self._database.rows(select(senders).where(senders.c.id.in_(ids))) if ids else []
        by_id = {row.id: sender_of(row) for row in rows}
        return [(campaign, by_id[campaign.sender_id]) for campaign in found]

    async def next_due(self) -> datetime | None:
        query = select(func.min(campaigns.c.scheduled_at).label("earliest")).where(_SCHEDULED)
        found = await self._database.row(query)
        return None if found is None else found.earliest

    async def unswept(self) -> Sequence[Campaign]:
        query = (
            select(campaigns)
            .join(counts, counts.c.campaign_id == campaigns.c.id)
            .where(
                campaigns.c.opened.is_(True),
                campaigns.c.status.in_([status.value for status in SWEPT]),
                counts.c.pending > 0,
            )
        )
        return [campaign_of(row) for row in await self._database.rows(query)]

    async def sweep(self, campaign_id: UUID, *, code: str, reason: str, at: datetime, limit: int) -> int:
        changes = {"code": code, "reason": reason, "settled_at": at, "not_before": None}

        async def work(tx: Transaction) -> int:
            campaign = (await hold(tx, [campaign_id])).get(campaign_id)
            target = SWEPT.get(campaign.status) if campaign is not None else None
            if campaign is None or target is None:
                return 0
            return await _turn(tx, campaign, (MessageStatus.PENDING, target), changes, limit)

        return await self._database.write(work)

    async def retry(self, campaign_id: UUID, status: MessageStatus, *, now: datetime, limit: int) -> int:
        """Raises ValueError for a status other than FAILED and UNKNOWN."""
        if status not in RETRYABLE:
            raise ValueError(f"{status} messages cannot be tried again")

        async def work(tx: Transaction) -> int:
            campaign = (await hold(tx, [campaign_id])).get(campaign_id)
            if campaign is None or campaign.status not in RETRYING:
                return 0
            if await _has_nobody(tx, campaign):
                return 0
            changes = _AS_NEW | {"not_before": now}
            quarters = await of_first(tx, campaign, status, limit)
            return await _turn(
                tx, campaign, (status, MessageStatus.PENDING), changes, limit, quarters=quarters
            )

        return await self._database.write(work)


async def _has_nobody(tx: Transaction, campaign: Held) -> bool:
    """Whether the people of the campaign's list were removed: then there is nobody to write to again."""
    query = select(recipient_lists.c.removed_at).where(recipient_lists.c.id == campaign.recipient_list_id)
    return (await tx.execute(query)).scalar_one() is not None


_AS_NEW: dict[str, Any] = {
    "attempts": 0,
    "fence": None,
    "provider_message_id": None,
    "provider_key": None,
    "code": None,
    "reason": None,
    "sent_at": None,
    "delivered_at": None,
    "read_at": None,
    "settled_at": None,
    "inferred": False,
    "rests_until": None,
}


async def _move(tx: Transaction, campaign: Held, target: CampaignStatus, changes: dict[str, Any]) -> None:
    """Outside of PROCESSING nothing is reserved, and nothing waits for the next day."""
    values = changes | {"status": target.value, "waiting_until": None}
    if target is CampaignStatus.DRAFT:
        values["scheduled_at"] = None
    await tx.execute(update(campaigns).where(campaigns.c.id == campaign.id).values(values))
    if campaign.reserved:
        await shift(tx, Shift(campaign, {}, reserved=0))


async def _turn(
    tx: Transaction,
    campaign: Held,
    move: tuple[MessageStatus, MessageStatus],
    changes: dict[str, Any],
    limit: int,
    *,
    quarters: QuarterMoves | None = None,
) -> int:
    """Up to `limit` messages of a held campaign from one state to another, in row order; how many.

    `quarters` is where they were accepted, if they were.
    """
    origin, target = move
    mine = (messages.c.campaign_id == campaign.id) & (messages.c.status == origin.value)
    portion = select(messages.c.row).where(mine).order_by(messages.c.row).limit(limit).subquery()
    last = select(func.max(portion.c.row)).scalar_subquery()
    statement = (
        update(messages).where(mine, messages.c.row <= last).values(changes | {"status": target.value})
    )
    rows = sorted((await tx.execute(statement.returning(messages.c.row))).scalars().all())
    if rows:
        by = {origin: -len(rows), target: len(rows)}
        await shift(tx, Shift(campaign, by, quarters=quarters or {}, came={target: rows}))
    return len(rows)
