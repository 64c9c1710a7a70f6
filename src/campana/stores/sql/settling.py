"""Recording what became of messages that were taken. The truth about the past: no living lease is needed
for it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from campana.domain.messages import TRANSITIONS, MessageStatus
from campana.engine.ports import Lease, Settlement
from campana.stores.sql.books import Held, Shift, hold, hold_lane, landed, shift, spend
from campana.stores.sql.outcomes import Batch, write_outcomes
from campana.stores.sql.part import Part

_ALLOWED = frozenset(TRANSITIONS[MessageStatus.SENDING])
_LATE = frozenset({MessageStatus.SENT, MessageStatus.FAILED})
_USES_ROOM = frozenset({MessageStatus.SENT, MessageStatus.UNKNOWN})


class Settling(Part):
    """See Ledger."""

    async def settle(self, lease: Lease, settlements: Sequence[Settlement], *, day: date) -> int:
        """Raises ValueError for a status that a message on its way cannot take, or a pause without an end."""
        for one in settlements:
            _check(one)
        if not settlements:
            return 0
        async with self._database.write() as connection:
            await hold_lane(connection, lease.sender_id)
            held = await hold(connection, {one.campaign_id for one in settlements})
            mine = [one for one in settlements if _is_mine(held.get(one.campaign_id), lease)]
            timely, late = await _write(connection, lease, mine)
            await shift(connection, *_shifts(held, timely, late))
            await landed(connection, lease.sender_id, lease.fence, len(timely))
            used = sum(one.status in _USES_ROOM for one in timely)
            await spend(connection, lease.sender_id, day, used)
        return len(timely) + len(late)


def _check(one: Settlement) -> None:
    if one.status not in _ALLOWED:
        raise ValueError(f"a message cannot go from SENDING to {one.status}")
    if one.status is MessageStatus.PENDING and one.not_before is None:
        raise ValueError("a message that is put back needs a time from which it may be tried again")


def _is_mine(campaign: Held | None, lease: Lease) -> bool:
    """Fences are counted for each sender; another sender's message may carry the same number."""
    return campaign is not None and campaign.sender_id == lease.sender_id


async def _write(
    connection: AsyncConnection, lease: Lease, settlements: Sequence[Settlement]
) -> tuple[list[Settlement], list[Settlement]]:
    """What changed from SENDING, and what from UNKNOWN because its answer came after the lane was lost."""
    timely = await write_outcomes(
        connection, Batch(lease.sender_id, lease.fence, MessageStatus.SENDING, settlements)
    )
    if len(timely) == len(settlements):
        return timely, []
    done = {(one.campaign_id, one.row) for one in timely}
    rest = [one for one in settlements if one.status in _LATE and (one.campaign_id, one.row) not in done]
    late = await write_outcomes(connection, Batch(lease.sender_id, lease.fence, MessageStatus.UNKNOWN, rest))
    return timely, late


def _shifts(held: dict[UUID, Held], timely: Iterable[Settlement], late: Iterable[Settlement]) -> list[Shift]:
    """What the outcomes mean for each campaign: all but those put back give up the room they were
    promised."""
    by: dict[UUID, Counter[MessageStatus]] = {campaign_id: Counter() for campaign_id in held}
    accepted: Counter[UUID] = Counter()
    final: Counter[UUID] = Counter()
    for one in timely:
        by[one.campaign_id].update({MessageStatus.SENDING: -1, one.status: 1})
        accepted[one.campaign_id] += one.status is MessageStatus.SENT
        final[one.campaign_id] += one.status is not MessageStatus.PENDING
    for one in late:
        by[one.campaign_id].update({MessageStatus.UNKNOWN: -1, one.status: 1})
    return [
        Shift(campaign, by[identity], campaign.reserved - final[identity], accepted[identity])
        for identity, campaign in held.items()
        if by[identity]
    ]
