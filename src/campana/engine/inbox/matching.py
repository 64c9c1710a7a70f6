"""Looks again at receipts whose message was not known when they came.

Most are early: our own answer, with the provider's id, was recorded a moment later. Some are about a message
whose answer never came (UNKNOWN): then number and time may tell which, if there is exactly one it can be.
The rest are about messages that somebody sent by other means; they are forgotten after three days.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

import structlog

from campana.domain.receipts import Receipt
from campana.engine.inbox.duty import Duty
from campana.engine.metrics import InboxMetrics
from campana.engine.ports import Clock, MessageKey, Store, Unmatched
from campana.engine.service import Service

log = structlog.get_logger(__name__)

AT_ONCE = 500
SHORTEST_PAUSE = timedelta(seconds=1)
KEPT_FOR = timedelta(days=3)
ANSWERED_WITHIN = timedelta(minutes=1)
"""our own answer is recorded by then, so what is still not known is not merely early"""
GUESSED_WITHIN = timedelta(hours=1)
"""a message becomes UNKNOWN within minutes; later looks only wait for an id"""
BEFORE = timedelta(minutes=2)
AFTER = timedelta(minutes=10)
"""a message whose first receipt is from a moment became UNKNOWN so long before (clocks differ) or after it
(the answer timed out, or its process died)"""


class Matching(Service):
    """Under the same duty as the working off."""

    name = "matching"
    interval_s = 1.0

    def __init__(self, store: Store, duty: Duty, *, clock: Clock, metrics: InboxMetrics) -> None:
        super().__init__(clock)
        self._store = store
        self._duty = duty
        self._metrics = metrics

    async def tick(self) -> None:
        """One look at all receipts that are due for one."""
        if not await self._duty.held():
            return
        now = self.clock.now()
        while due := await self._store.unmatched(now, limit=AT_ONCE):
            for _, mine in groupby(sorted(due, key=_sender), _sender):
                await self._look_at(list(mine), now)

    async def _look_at(self, due: Sequence[Unmatched], now: datetime) -> None:
        """One sender's."""
        unknown = await self._receive(due)
        rest = [one for one in due if one.receipt in unknown]
        inferred = [one for one in rest if await self._infer(one, now)]
        if inferred:
            await self._receive(inferred)
        left = [one for one in rest if one not in inferred]
        dropped = [one for one in left if now - one.received_at >= KEPT_FOR]
        await self._store.drop_unmatched(
            [one.id for one in due if one not in left] + [one.id for one in dropped]
        )
        await self._store.defer_unmatched(
            [(one.id, _next_look(one, now)) for one in left if one not in dropped]
        )
        self._metrics.looked_again(matched=len(due) - len(rest), inferred=len(inferred), dropped=len(dropped))

    async def _receive(self, those: Sequence[Unmatched]) -> set[Receipt]:
        """Those whose message is not known."""
        return set(await self._store.receive(those[0].sender_id, [one.receipt for one in those]))

    async def _infer(self, one: Unmatched, now: datetime) -> bool:
        """Whether an UNKNOWN message got this receipt's id: the only one it can be about, and no other id
        around that time can be about it."""
        waited = now - one.received_at
        if one.receipt.phone is None or not ANSWERED_WITHIN <= waited <= GUESSED_WITHIN:
            return False
        others = await self._store.unmatched_to(one.sender_id, one.receipt.phone)
        if one.id not in {other.id for other in others}:
            return False  # this process was asleep, and the one that took the duty over dealt with it
        first = _first_at(others, one.receipt.provider_message_id)
        rivals = {
            other.receipt.provider_message_id
            for other in others
            if abs(_first_at(others, other.receipt.provider_message_id) - first) <= BEFORE + AFTER
        }
        if len(rivals) != 1:
            return False
        found = await self._store.unknown_to(
            one.sender_id, one.receipt.phone, since=first - BEFORE, until=first + AFTER
        )
        return len(found) == 1 and await self._adopt(found[0], one)

    async def _adopt(self, key: MessageKey, one: Unmatched) -> bool:
        adopted = await self._store.adopt(key, one.receipt.provider_message_id)
        if adopted:
            log.info("message.inferred", campaign=str(key.campaign_id), sender=_sender(one), row=key.row)
        return adopted


def _sender(one: Unmatched) -> str:
    return str(one.sender_id)


def _first_at(those: Sequence[Unmatched], provider_message_id: str) -> datetime:
    """The time of the first receipt with that id; `those` has one."""
    return min(_at(one) for one in those if one.receipt.provider_message_id == provider_message_id)


def _at(one: Unmatched) -> datetime:
    return one.receipt.at or one.received_at


def _next_look(one: Unmatched, now: datetime) -> datetime:
    """The pause is as long as it has waited already: a few looks soon, a dozen in three days."""
    return now + max(SHORTEST_PAUSE, now - one.received_at)
