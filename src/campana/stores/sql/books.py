"""The bookkeeping that every guarded verb shares: what is locked, and how counts, usage and pace change.

Whoever changes messages locks first, in this order, so that no two verbs wait for each other in a circle:
the lane, then the campaigns with their counts in the order of their ids. Only then messages, usage and pace.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, Row, bindparam, exists, insert, select, update

from campana.domain.campaigns import CampaignKind, CampaignStatus, OnDailyLimit
from campana.domain.messages import MessageStatus
from campana.stores.held import Held
from campana.stores.pace import Pace
from campana.stores.quarters import QuarterMoves
from campana.stores.sql.columns import Id, database_bucket, database_seconds
from campana.stores.sql.news import FOLLOWED, Rows, keep_messages
from campana.stores.sql.quarters import move_quarters
from campana.stores.sql.rows import counts_of
from campana.stores.sql.schema import COUNTED, campaigns, counts, lanes, pace_samples, usage
from campana.stores.sql.transactions import Transaction


@dataclass(frozen=True, slots=True)
class HeldLane:
    """A lane that is locked until the transaction ends; times are seconds by the database's clock."""

    sender_id: UUID
    owner: str | None
    fence: int
    expires_at: float
    quiet_from: float | None
    in_flight: int
    now: float

    @property
    def live(self) -> bool:
        """Whether somebody holds it."""
        return self.owner is not None and self.expires_at > self.now


HOLD = (
    select(
        campaigns,
        *(counts.c[name] for name in (*COUNTED, "reserved", "pace_bucket", "pace_current", "pace_former")),
        database_bucket().label("bucket"),
        FOLLOWED,
    )
    .join(counts, counts.c.campaign_id == campaigns.c.id)
    .where(campaigns.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(campaigns.c.id)
    .with_for_update(of=[campaigns, counts], key_share=True)
)
"""Locks campaigns and their counts, the ones with `ids`."""

_HOLD_LANE = (
    select(lanes, database_seconds().label("now"))
    .where(lanes.c.sender_id == bindparam("sender"))
    .with_for_update(key_share=True)
)
_SHIFT = (
    update(counts)
    .where(counts.c.campaign_id == bindparam("campaign"))
    .values({name: counts.c[name] + bindparam(f"by_{name}") for name in COUNTED})
    .values(
        reserved=bindparam("to_reserved"),
        pace_bucket=bindparam("to_bucket"),
        pace_current=bindparam("to_current"),
        pace_former=bindparam("to_former"),
    )
)
# Once: a second change in the same transaction finds the sample there.
_SAMPLE = insert(pace_samples).from_select(
    ["campaign_id", "bucket", "accepted"],
    select(
        bindparam("campaign", type_=Id()),
        bindparam("over", type_=BigInteger()),
        bindparam("accepted", type_=Integer()),
    ).where(
        ~exists().where(
            pace_samples.c.campaign_id == bindparam("campaign"), pace_samples.c.bucket == bindparam("over")
        )
    ),
)
_SPEND = (
    update(usage)
    .where(usage.c.sender_id == bindparam("sender"), usage.c.day == bindparam("on_day"))
    .values(used=usage.c.used + bindparam("by"))
)
_SPEND_FIRST = insert(usage)
USED = (
    select(usage.c.used)
    .where(usage.c.sender_id == bindparam("sender"), usage.c.day == bindparam("on_day"))
    .scalar_subquery()
)
"""How many of a sender's messages counted on a day; None when none did."""

_IN_FLIGHT = (
    update(lanes)
    .where(lanes.c.sender_id == bindparam("sender"), lanes.c.fence == bindparam("at_fence"))
    .values(in_flight=lanes.c.in_flight + bindparam("by"))
)


async def hold(tx: Transaction, campaign_ids: Collection[UUID]) -> dict[UUID, Held]:
    """Lock campaigns and their counts; those that do not exist are missing in the answer."""
    if not campaign_ids:
        return {}
    rows = await tx.execute(HOLD, {"ids": sorted(campaign_ids)})
    return {row.id: held_of(row) for row in rows}


async def hold_lane(tx: Transaction, sender_id: UUID) -> HeldLane | None:
    """Lock a sender's lane; None when there is no such sender."""
    row = (await tx.execute(_HOLD_LANE, {"sender": sender_id})).one_or_none()
    return None if row is None else HeldLane(**row._mapping)


@dataclass(frozen=True, slots=True)
class Shift:
    """What changes in a held campaign's counts. `reserved` is the new number, None to leave it; `accepted`
    goes into the pace, `quarters` into what reports read, `came` are the rows that came to a state, for
    outgoing webhooks."""

    campaign: Held
    by: Mapping[MessageStatus, int]
    reserved: int | None = None
    accepted: int = 0
    quarters: QuarterMoves = field(default_factory=dict)
    came: Rows = field(default_factory=dict)


async def shift(tx: Transaction, *shifts: Shift) -> None:
    """Write changes of held campaigns' counts, one for each campaign; ten seconds that are over become a
    sample of the pace."""
    if shifts:
        await tx.execute(_SHIFT, [_shift_values(one) for one in shifts])
    for held in (one.campaign for one in shifts):
        if held.pace.current and held.pace.bucket < held.bucket:
            values = {"campaign": held.id, "over": held.pace.bucket, "accepted": held.pace.current}
            await tx.execute(_SAMPLE, values)
    await move_quarters(tx, ((one.campaign, one.quarters) for one in shifts))
    await keep_messages(tx, ((one.campaign, one.came) for one in shifts))


def _shift_values(change: Shift) -> dict[str, Any]:
    values: dict[str, Any] = {
        f"by_{status.value.lower()}": change.by.get(status, 0) for status in MessageStatus
    }
    reserved = change.campaign.reserved if change.reserved is None else max(0, change.reserved)
    pace = change.campaign.pace.with_accepted(change.accepted, change.campaign.bucket)
    return values | {
        "campaign": change.campaign.id,
        "to_reserved": reserved,
        "to_bucket": pace.bucket,
        "to_current": pace.current,
        "to_former": pace.former,
    }


async def spend(tx: Transaction, sender_id: UUID, day: date, count: int) -> None:
    """Count messages as used on that day. The sender's lane is held."""
    if count == 0:
        return
    changed = await tx.execute(_SPEND, {"sender": sender_id, "on_day": day, "by": count})
    if changed.rowcount == 0:
        await tx.execute(_SPEND_FIRST, {"sender_id": sender_id, "day": day, "used": count})


async def landed(tx: Transaction, sender_id: UUID, fence: int, count: int) -> None:
    """Count messages as no longer on their way under that fence."""
    if count:
        await tx.execute(_IN_FLIGHT, {"sender": sender_id, "at_fence": fence, "by": -count})


def held_of(row: Row[Any]) -> Held:
    """The campaign in a row of HOLD."""
    bulk = row.kind == CampaignKind.BULK.value
    return Held(
        id=row.id,
        account_id=row.account_id,
        sender_id=row.sender_id,
        recipient_list_id=row.recipient_list_id,
        status=CampaignStatus(row.status),
        opened=row.opened,
        on_daily_limit=OnDailyLimit(row.on_daily_limit),
        scheduled_at=row.scheduled_at,
        counts=counts_of(row),
        reserved=row.reserved,
        pace=Pace(row.pace_bucket, row.pace_current, row.pace_former),
        # Whoever held it before may have written later than this statement began.
        bucket=max(row.bucket, row.pace_bucket),
        bulk=bulk,
        followed=bulk and row.followed,
        archived=row.archive is not None,
    )
