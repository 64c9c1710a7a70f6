"""Who may send for which sender. Lease time is the database's own clock, in seconds since 1970."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from uuid import UUID

from sqlalchemy import bindparam, or_, select, update

from campana.domain.messages import MessageStatus
from campana.domain.senders import Sender
from campana.engine.ports import LaneHolder, Lease
from campana.stores.reasons import LOST_TRACK_CODE, LOST_TRACK_REASON
from campana.stores.sql.books import HeldLane, Shift, hold, hold_lane, shift, spend
from campana.stores.sql.columns import database_seconds, database_time
from campana.stores.sql.part import Part
from campana.stores.sql.rows import sender_of
from campana.stores.sql.schema import campaigns, counts, lanes, messages, senders
from campana.stores.sql.transactions import Transaction

SAFETY_S = 1.0
"""Holders stop sending this long before their lease runs out, so a lane is quiet from then on."""
NEVER_USED_S = 1e9

_DEAD = or_(lanes.c.owner.is_(None), lanes.c.expires_at <= database_seconds())
_ON_ITS_WAY = (
    select(campaigns.c.id)
    .join(counts, counts.c.campaign_id == campaigns.c.id)
    .where(campaigns.c.sender_id == bindparam("sender"), counts.c.sending > 0)
)
_LOSE_TRACK = (
    update(messages)
    .where(messages.c.campaign_id == bindparam("campaign"), messages.c.status == MessageStatus.SENDING.value)
    .values(
        status=MessageStatus.UNKNOWN.value,
        code=LOST_TRACK_CODE,
        reason=LOST_TRACK_REASON,
        settled_at=database_time(),
    )
    .returning(messages.c.row)
)


class Lanes(Part):
    """See the port of that name."""

    async def acquire(self, sender_id: UUID, owner: str, *, ttl_s: float, day: date) -> Lease | None:
        """None also when there is no such sender."""

        async def work(tx: Transaction) -> Lease | None:
            lane = await hold_lane(tx, sender_id)
            if lane is None or lane.live:
                return None
            lost = await _lose_track(tx, lane, day)
            fence = lane.fence + 1
            changes = {"owner": owner, "fence": fence, "quiet_from": None, "in_flight": 0}
            await tx.execute(
                update(lanes)
                .where(lanes.c.sender_id == sender_id)
                .values(changes | {"expires_at": database_seconds() + ttl_s})
            )
            return Lease(sender_id, owner, fence, quiet_s=_quiet_s(lane), lost_track=lost)

        return await self._database.write(work)

    async def renew(self, lease: Lease, *, ttl_s: float) -> bool:
        """A lease that ran out may be renewed as long as nobody else took the lane."""
        statement = update(lanes).where(
            lanes.c.sender_id == lease.sender_id, lanes.c.owner == lease.owner, lanes.c.fence == lease.fence
        )
        return await self._database.change(statement.values(expires_at=database_seconds() + ttl_s)) == 1

    async def release(self, lease: Lease) -> None:
        await self.void(lease.sender_id, lease.fence)

    async def void(self, sender_id: UUID, fence: int) -> bool:
        statement = update(lanes).where(
            lanes.c.sender_id == sender_id, lanes.c.fence == fence, lanes.c.owner.is_not(None)
        )
        ended = {"owner": None, "quiet_from": database_seconds(), "expires_at": database_seconds()}
        return await self._database.change(statement.values(ended)) == 1

    async def expire(self, *, day_of: Mapping[UUID, date]) -> int:
        lost = 0
        for sender_id, day in sorted(day_of.items()):
            lost += await self._database.write(partial(_expire, sender_id, day))
        return lost

    async def stranded(self) -> Sequence[Sender]:
        query = (
            select(senders)
            .join(lanes, lanes.c.sender_id == senders.c.id)
            .where(lanes.c.in_flight > 0, _DEAD)
            .order_by(senders.c.id)
        )
        return [sender_of(row) for row in await self._database.rows(query)]

    async def holders(self) -> Sequence[LaneHolder]:
        left = (lanes.c.expires_at - database_seconds()).label("left")
        query = (
            select(lanes.c.sender_id, lanes.c.owner, lanes.c.fence, left)
            .where(lanes.c.owner.is_not(None))
            .order_by(lanes.c.sender_id)
        )
        rows = await self._database.rows(query)
        return [LaneHolder(row.sender_id, row.owner, row.fence, row.left) for row in rows]


async def _expire(sender_id: UUID, day: date, tx: Transaction) -> int:
    lane = await hold_lane(tx, sender_id)
    if lane is None or lane.live or not lane.in_flight:
        return 0
    lost = await _lose_track(tx, lane, day)
    await tx.execute(update(lanes).where(lanes.c.sender_id == sender_id).values(in_flight=0))
    return lost


def _quiet_s(lane: HeldLane) -> float:
    if lane.fence == 0:
        return NEVER_USED_S
    since = lane.quiet_from if lane.quiet_from is not None else lane.expires_at - SAFETY_S
    return max(0.0, lane.now - since)


async def _lose_track(tx: Transaction, lane: HeldLane, day: date) -> int:
    """What a dead lease left on its way may have gone out: UNKNOWN, counted as used; how many messages."""
    if not lane.in_flight:
        return 0
    found = await tx.execute(_ON_ITS_WAY, {"sender": lane.sender_id})
    lost = 0
    for campaign in (await hold(tx, found.scalars().all())).values():
        rows = sorted((await tx.execute(_LOSE_TRACK, {"campaign": campaign.id})).scalars().all())
        turned = len(rows)
        by = {MessageStatus.SENDING: -turned, MessageStatus.UNKNOWN: turned}
        came = {MessageStatus.UNKNOWN: rows}
        await shift(tx, Shift(campaign, by, reserved=campaign.reserved - turned, came=came))
        lost += turned
    await spend(tx, lane.sender_id, day, lost)
    return lost
