"""Room in the sender's day: what a campaign is promised when it starts, goes on or rests.

Room is the daily limit less what counted as used, what is on its way, and what running campaigns were
promised and have not taken yet. The lane is locked while it is reckoned, so that two campaigns cannot both
count on the same room.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, func, literal, or_, select, update

from campana.domain.campaigns import CampaignStatus, OnDailyLimit
from campana.engine.ports import Start, StartVerdict
from campana.stores.held import Held
from campana.stores.sql.books import USED, Shift, hold, hold_lane, shift
from campana.stores.sql.columns import Moment
from campana.stores.sql.news import keep_campaign
from campana.stores.sql.part import Part
from campana.stores.sql.schema import campaigns, counts, lanes
from campana.stores.sql.transactions import Transaction

_SENDER_OF = select(campaigns.c.sender_id).where(campaigns.c.id == bindparam("campaign"))
_USE = select(
    USED.label("used"),
    select(lanes.c.in_flight)
    .where(lanes.c.sender_id == bindparam("sender"))
    .scalar_subquery()
    .label("in_flight"),
    # What running campaigns were promised, and have not got on its way already.
    select(func.sum(counts.c.reserved - counts.c.sending))
    .join(campaigns, campaigns.c.id == counts.c.campaign_id)
    .where(
        campaigns.c.sender_id == bindparam("sender"),
        campaigns.c.status == CampaignStatus.PROCESSING.value,
        counts.c.reserved > counts.c.sending,
    )
    .scalar_subquery()
    .label("promised"),
)

_SINCE, _UNTIL = bindparam("since", type_=Moment()), bindparam("until", type_=Moment())
_PLANNED = (
    select(func.sum(counts.c.pending).label("messages"))
    .join(campaigns, campaigns.c.id == counts.c.campaign_id)
    .where(
        campaigns.c.sender_id == bindparam("sender"),
        campaigns.c.opened.is_(True),
        or_(
            and_(
                campaigns.c.status == CampaignStatus.SCHEDULED.value,
                campaigns.c.scheduled_at >= _SINCE,
                campaigns.c.scheduled_at < _UNTIL,
            ),
            and_(
                campaigns.c.status == CampaignStatus.PROCESSING.value,
                campaigns.c.waiting_until >= _SINCE,
                campaigns.c.waiting_until < _UNTIL,
            ),
        ),
    )
)


class Room(Part):
    """See Ledger."""

    async def start(self, campaign_id: UUID, *, now: datetime, day: date, daily_limit: int) -> Start:
        async def work(tx: Transaction) -> Start:
            campaign, room = await _weigh(tx, campaign_id, day, daily_limit)
            if campaign is None or not campaign.is_due(now):
                return Start(StartVerdict.NOT_SCHEDULED)
            needed = campaign.counts.pending
            if needed > room and campaign.on_daily_limit is OnDailyLimit.FAIL:
                return Start(StartVerdict.NO_ROOM, needed, room)
            await _begin(tx, campaign_id, now)
            await keep_campaign(tx, campaign, CampaignStatus.PROCESSING)
            reserved = campaign.counts.sending + min(needed, room)
            await shift(tx, Shift(campaign, {}, reserved=reserved))
            return Start(StartVerdict.STARTED, needed, room)

        return await self._database.write(work)

    async def reserve(self, campaign_id: UUID, *, day: date, daily_limit: int) -> int:
        """A campaign that gets room no longer waits."""

        async def work(tx: Transaction) -> int:
            campaign, room = await _weigh(tx, campaign_id, day, daily_limit)
            if campaign is None or not campaign.sends:
                return 0
            has = max(campaign.reserved, campaign.counts.sending)
            growth = min(campaign.counts.open - has, room)
            if growth <= 0:
                return 0
            await shift(tx, Shift(campaign, {}, reserved=has + growth))
            rest = update(campaigns).where(campaigns.c.id == campaign_id).values(waiting_until=None)
            await tx.execute(rest)
            return growth

        return await self._database.write(work)

    async def wait(self, campaign_id: UUID, until: datetime) -> bool:
        async def work(tx: Transaction) -> bool:
            campaign = (await hold(tx, [campaign_id])).get(campaign_id)
            if campaign is None or not campaign.sends:
                return False
            rest = update(campaigns).where(campaigns.c.id == campaign_id).values(waiting_until=until)
            await tx.execute(rest)
            await shift(tx, Shift(campaign, {}, reserved=0))
            return True

        return await self._database.write(work)

    async def usage(self, sender_id: UUID, day: date) -> tuple[int, int]:
        """Reserved is what is on its way and what running campaigns were promised besides."""

        async def work(tx: Transaction) -> tuple[int, int]:
            return await _use(tx, sender_id, day)

        return await self._database.read(work)

    async def planned(self, sender_id: UUID, *, since: datetime, until: datetime) -> int:
        row = await self._database.row(_PLANNED, {"sender": sender_id, "since": since, "until": until})
        return int(row.messages or 0) if row is not None else 0


async def _use(tx: Transaction, sender_id: UUID, day: date) -> tuple[int, int]:
    """How many messages counted as used on the day, and for how many room is kept."""
    row = (await tx.execute(_USE, {"sender": sender_id, "on_day": day})).one()
    return row.used or 0, (row.in_flight or 0) + int(row.promised or 0)


async def _weigh(tx: Transaction, campaign_id: UUID, day: date, daily_limit: int) -> tuple[Held | None, int]:
    """The campaign, locked, and the room there is in its sender's day (not below 0)."""
    sender_id = (await tx.execute(_SENDER_OF, {"campaign": campaign_id})).scalar_one_or_none()
    lane = await hold_lane(tx, sender_id) if sender_id is not None else None
    if lane is None:
        return None, 0
    campaign = (await hold(tx, [campaign_id])).get(campaign_id)
    used, reserved = await _use(tx, lane.sender_id, day)
    room = daily_limit - used - reserved
    return campaign, max(0, room)


async def _begin(tx: Transaction, campaign_id: UUID, now: datetime) -> None:
    changes = {
        "status": CampaignStatus.PROCESSING.value,
        "error": None,
        "waiting_until": None,
        "started_at": func.coalesce(campaigns.c.started_at, literal(now, Moment())),
    }
    await tx.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(changes))
