"""Taking messages: PENDING to SENDING, committed before anything leaves (design.md, Never twice)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Row, bindparam, exists, null, select, update

from campana.domain.messages import MessageStatus
from campana.domain.preferences import FREQUENCY_CODE
from campana.domain.privacy import ERASED_REASON
from campana.domain.recipients import Recipient
from campana.engine.ports import Lease, LeaseLost, Share, Taken
from campana.stores.cells import unpack_cells
from campana.stores.held import Held
from campana.stores.reasons import ERASED_CODE, SUPPRESSED_CODE, SUPPRESSED_REASON
from campana.stores.sql.books import HOLD, USED, Shift, held_of, shift
from campana.stores.sql.columns import Numbers, among, database_seconds
from campana.stores.sql.frequency import over_cap
from campana.stores.sql.part import Part
from campana.stores.sql.schema import campaigns, lanes, messages, recipients, senders, suppressions
from campana.stores.sql.suppressions import hold_account
from campana.stores.sql.transactions import Transaction

_PENDING = MessageStatus.PENDING.value
_SKIPS_IN_A_ROUND = 20
"""How often a share is filled up again after people who are to be left alone, so that a run of them cannot
hold the lane's row long."""

_MINE = (
    (lanes.c.sender_id == bindparam("sender"))
    & (lanes.c.owner == bindparam("holder"))
    & (lanes.c.fence == bindparam("at_fence"))
    & (lanes.c.expires_at > database_seconds())
)
_GUARD = select(lanes.c.in_flight).where(_MINE).with_for_update(key_share=True)
_TAKE_OFF = update(lanes).where(_MINE).values(in_flight=lanes.c.in_flight + bindparam("by"))

_RESTS_NO_LONGER = exists().where(
    messages.c.campaign_id == campaigns.c.id, messages.c.not_before <= bindparam("now")
)
_HOLD_TO_TAKE = HOLD.add_columns(_RESTS_NO_LONGER.label("rested"), USED.label("used"))
_SUPPRESSED = (
    exists()
    .where(suppressions.c.account_id == bindparam("account"), suppressions.c.phone == recipients.c.phone)
    .label("suppressed")
)


_WAITING = (
    select(
        messages.c.row,
        messages.c.attempts,
        recipients.c.phone,
        recipients.c.name,
        recipients.c.cells,
        _SUPPRESSED,
    )
    .join(recipients, (recipients.c.list_id == bindparam("list")) & (recipients.c.row == messages.c.row))
    .where(messages.c.campaign_id == bindparam("campaign"))
    .limit(bindparam("portion"))
)
# Only what is PENDING has a pause (a constraint): naming the state would invite a scan of all that is.
_RESTED = _WAITING.where(messages.c.not_before <= bindparam("now")).order_by(messages.c.not_before)
# Both rows are bounded, so that whichever table is read first is read from here.
_FRESH = _WAITING.where(
    messages.c.status == _PENDING,
    messages.c.not_before.is_(null()),
    messages.c.row > bindparam("after"),
    recipients.c.row > bindparam("after"),
).order_by(messages.c.row)
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
    among(messages.c.row, bindparam("rows", type_=Numbers())),
    messages.c.status == _PENDING,
)
_TAKE_THESE = _THESE.values(_SENDING)
_SKIP_THESE = _THESE.values(
    status=MessageStatus.SKIPPED.value,
    not_before=None,
    code=bindparam("skip_code"),
    reason=bindparam("skip_reason"),
    settled_at=bindparam("now"),
)


@dataclass(frozen=True, slots=True)
class _Round:
    """What stays the same for all shares of one take."""

    tx: Transaction
    lease: Lease
    now: datetime


@dataclass(frozen=True, slots=True)
class _Found:
    """Messages of one campaign that may be taken, and those whose people are to be left alone: people who
    were erased, numbers that are suppressed, and people beyond the share's cap."""

    rested: Sequence[Row[Any]]
    fresh: Sequence[Row[Any]]
    erased: Sequence[int]
    suppressed: Sequence[int]
    beyond: Sequence[int]

    @property
    def skipped(self) -> int:
        return len(self.erased) + len(self.suppressed) + len(self.beyond)

    @property
    def total(self) -> int:
        return len(self.rested) + len(self.fresh) + self.skipped


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
            this = _Round(tx, lease, now)
            await _hold_capped(this, shares)
            found = await _hold(this, shares, day)
            room = daily_limit - in_flight - max((one.used for one in found.values()), default=0)
            for share in shares:
                one = found.pop(share.campaign_id, None)
                if one is not None and one.held.sends and one.held.sender_id == lease.sender_id:
                    taken += await _take_share(this, one, share, room - len(taken))
            if taken and (await tx.execute(_TAKE_OFF, mine | {"by": len(taken)})).rowcount != 1:
                raise LeaseLost
            return taken

        return await self._database.write(work)


@dataclass(frozen=True, slots=True)
class _Source:
    """A campaign that is locked, whether messages of it have rested, and what its sender used of the day."""

    held: Held
    rested: bool
    used: int


async def _hold_capped(this: _Round, shares: Sequence[Share]) -> None:
    """Where messages are capped, two lanes of an account must not overlook what the other takes just now."""
    if any(share.cap for share in shares):
        query = select(senders.c.account_id).where(senders.c.id == this.lease.sender_id)
        await hold_account(this.tx, (await this.tx.execute(query)).scalar_one())


async def _hold(this: _Round, shares: Sequence[Share], day: date) -> dict[UUID, _Source]:
    values = {
        "ids": sorted({share.campaign_id for share in shares}),
        "sender": this.lease.sender_id,
        "on_day": day,
        "now": this.now,
    }
    rows = (await this.tx.execute(_HOLD_TO_TAKE, values)).all() if shares else []
    return {row.id: _Source(held_of(row), row.rested, row.used or 0) for row in rows}


async def _take_share(this: _Round, source: _Source, share: Share, room: int) -> list[Taken]:
    """Fill one campaign's share, going on behind people who are to be left alone."""
    campaign = source.held
    wanted = min(share.limit, room, campaign.reserved - campaign.counts.sending)
    taken: list[Taken] = []
    skipped: list[int] = []
    for _ in range(_SKIPS_IN_A_ROUND):
        portion = wanted - len(taken)
        if portion <= 0:
            break
        found = await _find(this, source, share, portion)
        await _skip(this, campaign, found.erased, (ERASED_CODE, ERASED_REASON))
        await _skip(this, campaign, found.suppressed, (SUPPRESSED_CODE, SUPPRESSED_REASON))
        if share.cap is not None:
            await _skip(this, campaign, found.beyond, (FREQUENCY_CODE, share.cap.reason))
        taken += await _send(this, campaign, found)
        skipped += (*found.suppressed, *found.beyond)
        if found.total < portion or not found.skipped:
            break
    if taken or skipped:
        by = {
            MessageStatus.PENDING: -len(taken) - len(skipped),
            MessageStatus.SENDING: len(taken),
            MessageStatus.SKIPPED: len(skipped),
        }
        left, came = campaign.reserved - len(skipped), {MessageStatus.SKIPPED: skipped}
        await shift(this.tx, Shift(campaign, by, reserved=left, came=came))
    return taken


async def _find(this: _Round, source: _Source, share: Share, portion: int) -> _Found:
    """Up to `portion` messages: those whose pause is over, then fresh ones in row order."""
    campaign = source.held
    where = {
        "campaign": campaign.id,
        "list": campaign.recipient_list_id,
        "account": campaign.account_id,
        "portion": portion,
    }
    rested = (await this.tx.execute(_RESTED, where | {"now": this.now})).all() if source.rested else []
    where |= {"after": share.after_row, "portion": portion - len(rested)}
    fresh = (await this.tx.execute(_FRESH, where)).all() if len(rested) < portion else []
    erased = [row.row for row in (*rested, *fresh) if row.phone[0] == "-"]
    suppressed = [row.row for row in (*rested, *fresh) if row.suppressed]
    beyond: Sequence[int] = ()
    if share.cap is not None:
        phones = {
            row.phone: row.row for row in (*rested, *fresh) if not row.suppressed and row.phone[0] != "-"
        }
        over = await over_cap(this.tx, campaign.account_id, share.cap, phones)
        beyond = [row for phone, row in phones.items() if phone in over]
    if left := {*erased, *suppressed, *beyond}:
        rested, fresh = ([row for row in some if row.row not in left] for some in (rested, fresh))
    return _Found(rested, fresh, erased, suppressed, beyond)


async def _skip(this: _Round, campaign: Held, rows: Sequence[int], why: tuple[str, str]) -> None:
    if rows:
        code, reason = why
        values = {"campaign": campaign.id, "rows": rows, "now": this.now}
        values |= {"skip_code": code, "skip_reason": reason}
        _check(await this.tx.execute(_SKIP_THESE, values), len(rows))


async def _send(this: _Round, campaign: Held, found: _Found) -> list[Taken]:
    """Mark messages SENDING: fresh ones as one stretch (suppressed ones in it are SKIPPED by now)."""
    mine = {"campaign": campaign.id, "at_fence": this.lease.fence}
    if found.fresh:
        stretch = {"after": found.fresh[0].row - 1, "last": found.fresh[-1].row}
        _check(await this.tx.execute(_TAKE_STRETCH, mine | stretch), len(found.fresh))
    if found.rested:
        rows = [row.row for row in found.rested]
        _check(await this.tx.execute(_TAKE_THESE, mine | {"rows": rows}), len(rows))
    return [*_taken(campaign, found.rested, fresh=False), *_taken(campaign, found.fresh, fresh=True)]


def _taken(campaign: Held, rows: Sequence[Row[Any]], *, fresh: bool) -> list[Taken]:
    return [
        Taken(
            campaign_id=campaign.id,
            row=number,
            attempts=attempts + 1,
            fresh=fresh,
            recipient=Recipient(number, phone, name, tuple(unpack_cells(cells))),
        )
        for number, attempts, phone, name, cells, _suppressed in map(tuple, rows)
    ]


def _check(result: CursorResult[Any], expected: int) -> None:
    """The campaign is locked, so nobody else can have moved its pending messages; a difference undoes the
    take."""
    if result.rowcount != expected:
        raise RuntimeError(f"took {result.rowcount} messages where {expected} were chosen")
