"""What lanes look at: which senders have something to do, and a sender's running campaigns."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, or_, select

from campana.domain.accounts import Account
from campana.domain.campaigns import CampaignStatus
from campana.engine.ports import LaneCampaign, LaneView
from campana.stores.sql.books import USED
from campana.stores.sql.columns import Moment
from campana.stores.sql.part import Part
from campana.stores.sql.preferences import frequency_of
from campana.stores.sql.rows import campaign_of, counts_of, sender_of
from campana.stores.sql.schema import (
    COUNTED,
    accounts,
    campaigns,
    counts,
    lanes,
    messages,
    preferences,
    recipient_lists,
    senders,
)
from campana.stores.sql.transactions import Transaction

_RUNNING = campaigns.c.opened.is_(True) & (campaigns.c.status == CampaignStatus.PROCESSING.value)
_SENDER = (
    select(
        senders,
        lanes.c.in_flight,
        accounts.c.opt_outs,
        preferences.c.frequency_messages,
        preferences.c.frequency_days,
        USED.label("used"),
        *(accounts.c[name].label(f"owner_{name}") for name in Account.__slots__),
    )
    .join(lanes, lanes.c.sender_id == senders.c.id)
    .join(accounts, accounts.c.id == senders.c.account_id)
    .outerjoin(preferences, preferences.c.account_id == senders.c.account_id)
    .where(senders.c.id == bindparam("sender"))
)
_NEXT_RETRY = (
    select(func.min(messages.c.not_before, type_=Moment()))
    .where(messages.c.campaign_id == campaigns.c.id, messages.c.not_before.is_not(None))
    .scalar_subquery()
)
_CAMPAIGNS = (
    select(
        campaigns,
        *(counts.c[name] for name in (*COUNTED, "reserved")),
        recipient_lists.c.columns,
        recipient_lists.c.name_column,
        _NEXT_RETRY.label("next_retry"),
    )
    .join(counts, counts.c.campaign_id == campaigns.c.id)
    .join(recipient_lists, recipient_lists.c.id == campaigns.c.recipient_list_id)
    .where(
        campaigns.c.sender_id == bindparam("sender"),
        _RUNNING,
        or_(campaigns.c.waiting_until.is_(None), campaigns.c.waiting_until <= bindparam("now")),
    )
    .order_by(campaigns.c.started_at, campaigns.c.id)
)


class Rounds(Part):
    """See Ledger."""

    async def working_senders(self, now: datetime) -> Sequence[UUID]:
        query = (
            select(campaigns.c.sender_id)
            .distinct()
            .where(_RUNNING, or_(campaigns.c.waiting_until.is_(None), campaigns.c.waiting_until <= now))
        )
        return [row.sender_id for row in await self._database.rows(query)]

    async def lane_view(self, sender_id: UUID, *, now: datetime, day: date) -> LaneView | None:
        async def work(tx: Transaction) -> LaneView | None:
            found = (await tx.execute(_SENDER, {"sender": sender_id, "on_day": day})).one_or_none()
            if found is None:
                return None
            rows = (await tx.execute(_CAMPAIGNS, {"sender": sender_id, "now": now})).all()
            return LaneView(
                sender=sender_of(found),
                account=Account(**{name: getattr(found, f"owner_{name}") for name in Account.__slots__}),
                campaigns=tuple(_lane_campaign(row) for row in rows),
                used=found.used or 0,
                in_flight=found.in_flight,
                opt_outs=found.opt_outs,
                frequency=frequency_of(found),
            )

        return await self._database.read(work)


def _lane_campaign(row: Row[Any]) -> LaneCampaign:
    return LaneCampaign(
        campaign=campaign_of(row),
        columns=tuple(row.columns),
        name_column=row.name_column,
        counts=counts_of(row),
        reserved=row.reserved,
        next_retry=row.next_retry,
    )
