"""Taking messages: PENDING to SENDING, committed before anything leaves (design.md, Never twice)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CursorResult, Row, bindparam, exists, literal, null, select, union_all, update

from campana.domain.messages import MessageStatus
from campana.domain.recipients import Recipient
from campana.engine.ports import Lease, LeaseLost, Share, Taken
from campana.stores.sql.books import Held, Shift, hold, shift, used_on
from campana.stores.sql.columns import database_seconds
from campana.stores.sql.loading import SUPPRESSED_CODE, SUPPRESSED_REASON
from campana.stores.sql.part import Part
from campana.stores.sql.schema import lanes, messages, recipients, suppressions
from campana.stores.sql.transactions import Transaction

_cells = json.JSONDecoder().raw_decode
_PENDING = MessageStatus.PENDING.value
_SKIPS_IN_A_ROUND = 20
"""How often a share is filled up again after suppressed numbers, so that a run of them cannot hold the
lane's row long."""

_MINE = (
    (lanes.c.sender_id == bindparam("sender"))
    & (lanes.c.owner == bindparam("holder"))
    & (lanes.c.fence == bindparam("at_fence"))
    & (lanes.c.expires_at > database_seconds())
)
_GUARD = select(lanes.c.in_flight).where(_MINE).with_for_update(key_share=True)
_TAKE_OFF = update(lanes).where(_MINE).values(in_flight=lanes.c.in_flight + bindparam("by"))

_SUPPRESSED = (
    exists()
    .where(suppressions.c.account_id == bindparam("account"), suppressions.c.phone == recipients.c.phone)
    .label("suppressed")
)


def _pending(fresh: bool) -> Any:
    """The next of a campaign's messages: fresh ones by row, others by the end of their pause."""
    columns = (messages.c.row, messages.c.attempts, recipients.c.phone, recipients.c.name, recipients.c.cells)
    query = (
        select(literal(fresh).label("fresh"), *columns, _SUPPRESSED)
        .join(
            recipients,
            (recipients.c.list_id == bindparam("list")) & (recipients.c.row == messages.c.row),
        )
        .where(messages.c.campaign_id == bindparam("campaign"), messages.c.status == _PENDING)
        .limit(bindparam("portion"))
    )
    if fresh:
        behind = messages.c.not_before.is_(null()) & (messages.c.row > bindparam("after"))
        return query.where(behind).order_by(messages.c.row)
    return query.where(messages.c.not_before <= bindparam("now")).order_by(messages.c.not_before)


_PAUSED = _pending(fresh=False)
_FRESH = _pending(fresh=True)
_CHOOSE = union_all(select(_PAUSED.subquery()), select(_FRESH.subquery()))
_SENDING = {
    "status": MessageStatus.SENDING.value,
    "fence": bindparam("at_fence"),
    "attempts": messages.c.attempts + 1,
    "not_before": None,
    "code": None,
    "reason": None,
    "settled_at": None,
}
_TAKE_STRETCH = (
    update(messages)
    .where(
        messages.c.campaign_id == bindparam("campaign"),
        messages.c.row > bindparam("after"),
        messages.c.row <= bindparam("last"),
        messages.c.status == _PENDING,
        messages.c.not_before.is_(null()),
    )
    .values(_SENDING)
)
_THESE = update(messages).where(
    messages.c.campaign_id == bindparam("campaign"),
    messages.c.row.in_(bindparam("rows", expanding=True)),
    messages.c.status == _PENDING,
)
_TAKE_THESE = _THESE.values(_SENDING)
_SKIP_THESE = _THESE.values(
    status=MessageStatus.SKIPPED.value,
    not_before=None,
    code=SUPPRESSED_CODE,
    reason=SUPPRESSED_REASON,
    settled_at=bindparam("now"),
)


@dataclass(frozen=True, slots=True)
class _Round:
    """What stays the same for all shares of one take."""

    tx: Transaction
    lease: Lease
    now: datetime


class Taking(Part):
    """See Ledger."""

    async def take(
        self, lease: Lease, shares: Sequence[Share], *, now: datetime, day: date, daily_limit: int
    ) -> Sequence[Taken]:
        """One share a campaign; the order of the shares decides who gets what is left of the day."""
        mine = {"sender": lease.sender_id, "holder": lease.owner, "at_fence": lease.fence}

        async def work(tx: Transaction) -> Sequence[Taken]:
            taken: list[Taken] = []
            in_flight = (await tx.execute(_GUARD, mine)).scalar_one_or_none()
            if in_flight is None:
                raise LeaseLost
            room = daily_limit - in_flight - await used_on(tx, lease.sender_id, day)
            held = await hold(tx, {share.campaign_id for share in shares})
            this = _Round(tx, lease, now)
            for share in shares:
                campaign = held.pop(share.campaign_id, None)
                if campaign is not None and campaign.sends and campaign.sender_id == lease.sender_id:
                    taken += await _take_share(this, campaign, share, room - len(taken))
            if taken and (await tx.execute(_TAKE_OFF, mine | {"by": len(taken)})).rowcount != 1:
                raise LeaseLost
            return taken

        return await self._database.write(work)


async def _take_share(this: _Round, campaign: Held, share: Share, room: int) -> list[Taken]:
    """Fill one campaign's share, going on behind suppressed numbers."""
    wanted = min(share.limit, room, campaign.reserved - campaign.counts.sending)
    taken: list[Taken] = []
    skipped = 0
    for _ in range(_SKIPS_IN_A_ROUND):
        portion = wanted - len(taken)
        if portion <= 0:
            break
        chosen = await _choose(this, campaign, share.after_row, portion)
        suppressed = [row for row in chosen if row.suppressed]
        await _skip(this, campaign, suppressed)
        taken += await _send(this, campaign, [row for row in chosen if not row.suppressed])
        skipped += len(suppressed)
        if len(chosen) < portion or not suppressed:
            break
    if taken or skipped:
        by = {
            MessageStatus.PENDING: -len(taken) - skipped,
            MessageStatus.SENDING: len(taken),
            MessageStatus.SKIPPED: skipped,
        }
        await shift(this.tx, Shift(campaign, by, reserved=campaign.reserved - skipped))
    return taken


async def _choose(this: _Round, campaign: Held, after_row: int, portion: int) -> list[Row[Any]]:
    """Up to `portion` messages: those whose pause is over, then fresh ones in row order."""
    where = {
        "campaign": campaign.id,
        "list": campaign.recipient_list_id,
        "account": campaign.account_id,
        "now": this.now,
        "after": after_row,
        "portion": portion,
    }
    rows = (await this.tx.execute(_CHOOSE, where)).all()
    rested = [row for row in rows if not row.fresh]
    fresh = sorted((row for row in rows if row.fresh), key=_by_row)
    return [*rested, *fresh][:portion]


async def _skip(this: _Round, campaign: Held, rows: Sequence[Row[Any]]) -> None:
    if rows:
        values = {"campaign": campaign.id, "rows": [row.row for row in rows], "now": this.now}
        _check(await this.tx.execute(_SKIP_THESE, values), len(rows))


async def _send(this: _Round, campaign: Held, rows: Sequence[Row[Any]]) -> list[Taken]:
    """Mark the rows SENDING: fresh ones as one stretch (suppressed ones in it are SKIPPED by now), others
    by number."""
    fresh = [row.row for row in rows if row.fresh]
    rested = [row.row for row in rows if not row.fresh]
    mine = {"campaign": campaign.id, "at_fence": this.lease.fence}
    if fresh:
        stretch = {"after": fresh[0] - 1, "last": fresh[-1]}
        _check(await this.tx.execute(_TAKE_STRETCH, mine | stretch), len(fresh))
    if rested:
        _check(await this.tx.execute(_TAKE_THESE, mine | {"rows": rested}), len(rested))
    return [
        Taken(
            campaign_id=campaign.id,
            row=number,
            attempts=attempts + 1,
            fresh=bool(is_fresh),
            recipient=Recipient(number, phone, name, tuple(_cells(cells)[0])),
        )
        for is_fresh, number, attempts, phone, name, cells, _suppressed in map(tuple, rows)
    ]


def _check(result: CursorResult[Any], expected: int) -> None:
    """The campaign is locked, so nobody else can have moved its pending messages; a difference undoes the
    take."""
    if result.rowcount != expected:
        raise RuntimeError(f"took {result.rowcount} messages where {expected} were chosen")


def _by_row(row: Row[Any]) -> int:
    return int(row.row)
