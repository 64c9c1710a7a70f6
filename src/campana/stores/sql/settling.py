"""Recording what became of messages that were taken. The truth about the past: no living lease is needed
for it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from campana.domain.messages import TRANSITIONS, MessageStatus
from campana.engine.ports import Lease, Settlement
from campana.stores.held import Held
from campana.stores.quarters import QuarterMoves, standing
from campana.stores.sql.books import Shift, hold, hold_lane, landed, shift, spend
from campana.stores.sql.news import Rows
from campana.stores.sql.outcomes import Batch, Uneven, write_outcomes
from campana.stores.sql.part import Part
from campana.stores.sql.transactions import Transaction

_ALLOWED = frozenset(TRANSITIONS[MessageStatus.SENDING])
_LATE = frozenset({MessageStatus.SENT, MessageStatus.FAILED})


class Settling(Part):
    """See Ledger."""

    async def settle(self, lease: Lease, settlements: Sequence[Settlement], *, day: date) -> int:
        """Raises ValueError for a status that a message on its way cannot take, or a pause without an end."""
        for one in settlements:
            _check(one)
        if not settlements:
            return 0
        task = _Task(lease, settlements, day)
        try:
            return await self._database.write(partial(_settle_all, task, False))
        except (IntegrityError, Uneven):
            return await self._database.write(partial(_settle_all, task, True))


@dataclass(frozen=True, slots=True)
class _Task:
    lease: Lease
    settlements: Sequence[Settlement]
    day: date


@dataclass(frozen=True, slots=True)
class _Settled:
    """What changed in a campaign: from SENDING, and from UNKNOWN because the answer came after the lane was
    lost."""

    campaign: Held
    timely: Counter[MessageStatus]
    late: Counter[MessageStatus]
    quarters: QuarterMoves
    came: Rows

    @property
    def shift(self) -> Shift:
        """All but those put back give up the room they were promised."""
        by = self.timely + self.late
        by[MessageStatus.SENDING] -= self.timely.total()
        by[MessageStatus.UNKNOWN] -= self.late.total()
        final = self.timely.total() - self.timely[MessageStatus.PENDING]
        return Shift(
            self.campaign,
            by,
            reserved=self.campaign.reserved - final,
            accepted=self.timely[MessageStatus.SENT],
            quarters=self.quarters,
            came=self.came,
        )


def _check(one: Settlement) -> None:
    if one.status not in _ALLOWED:
        raise ValueError(f"a message cannot go from SENDING to {one.status}")
    if one.status is MessageStatus.PENDING and one.not_before is None:
        raise ValueError("a message that is put back needs a time from which it may be tried again")


async def _settle_all(task: _Task, singly: bool, tx: Transaction) -> int:
    lease = task.lease
    await hold_lane(tx, lease.sender_id)
    settled = [
        await _settle(tx, Batch(campaign, lease.fence, MessageStatus.SENDING, mine), singly)
        for campaign, mine in await _by_campaign(tx, task)
    ]
    await shift(tx, *(one.shift for one in settled if one.timely or one.late))
    timely = sum((one.timely for one in settled), Counter[MessageStatus]())
    await landed(tx, lease.sender_id, lease.fence, timely.total())
    await spend(tx, lease.sender_id, task.day, timely[MessageStatus.SENT] + timely[MessageStatus.UNKNOWN])
    return timely.total() + sum(one.late.total() for one in settled)


async def _by_campaign(tx: Transaction, task: _Task) -> list[tuple[Held, list[Settlement]]]:
    """Each campaign of the lease's sender, locked, with what is to be settled of it.

    Fences are counted for each sender; another sender's message may carry the same number.
    """
    grouped: dict[UUID, list[Settlement]] = {}
    for campaign_id, some in groupby(task.settlements, attrgetter("campaign_id")):
        grouped.setdefault(campaign_id, []).extend(some)
    held = await hold(tx, grouped)
    return [
        (campaign, grouped[campaign_id])
        for campaign_id, campaign in held.items()
        if campaign.sender_id == task.lease.sender_id
    ]


async def _settle(tx: Transaction, batch: Batch, singly: bool) -> _Settled:
    timely = await write_outcomes(tx, batch, singly=singly)
    late: Sequence[Settlement] = ()
    if len(timely) < len(batch.settlements):
        done = {one.row for one in timely}
        rest = [one for one in batch.settlements if one.status in _LATE and one.row not in done]
        unknown = replace(batch, origin=MessageStatus.UNKNOWN, settlements=rest)
        late = await write_outcomes(tx, unknown, singly=singly)
    accepted = standing((one.at, one.status) for one in (*timely, *late) if one.status is MessageStatus.SENT)
    came: dict[MessageStatus, list[int]] = {}
    for one in (*timely, *late):
        came.setdefault(one.status, []).append(one.row)
    return _Settled(batch.campaign, _by_status(timely), _by_status(late), accepted, came)


def _by_status(settlements: Sequence[Settlement]) -> Counter[MessageStatus]:
    return Counter(one.status for one in settlements)
