"""Who else works, and which part of the lanes is this worker's: they are spread evenly over all that live."""

import math
from collections.abc import Collection, Sequence
from uuid import UUID

from campana.engine.ports import Clock, Lanes

BEAT_S = 2.0
ALIVE_S = 6.0
"""shorter than a lease: whoever died is not counted any more when its lanes are free to be taken"""
LET_GO_AT_ONCE = 4
"""lanes given away in one look: each rests for about a second on its way"""


class Crew:
    """One worker's view of all of them. A worker that is alone, or has not looked yet, takes every lane."""

    def __init__(self, owner: str, lanes: Lanes, clock: Clock) -> None:
        self._owner = owner
        self._lanes = lanes
        self._clock = clock
        self._size = 1
        self._beat_at = float("-inf")

    async def look(self, rate: float) -> None:
        """Say that this worker lives, and see who else does, every two seconds."""
        if self._clock.monotonic() - self._beat_at < BEAT_S:
            return
        await self._lanes.say_alive(self._owner, rate=rate, ttl_s=ALIVE_S)
        self._size = max(1, len(await self._lanes.workers()))
        self._beat_at = self._clock.monotonic()

    async def leave(self) -> None:
        """The others need not wait until this worker is missed."""
        await self._lanes.say_gone(self._owner)

    def room(self, working: Collection[UUID], mine: Collection[UUID]) -> int:
        """How many lanes more this worker may take of those that have work."""
        return max(0, self._share(working) - len(set(mine) & set(working)))

    def surplus(self, working: Collection[UUID], mine: Sequence[UUID]) -> Sequence[UUID]:
        """The lanes to let go of now, the ones taken last."""
        busy = [sender_id for sender_id in mine if sender_id in working]
        over = len(busy) - self._share(working)
        return busy[-min(over, LET_GO_AT_ONCE) :] if over > 0 else []

    def _share(self, working: Collection[UUID]) -> int:
        return math.ceil(len(working) / self._size)
