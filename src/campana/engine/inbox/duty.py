"""What one process does for all: whoever holds the duty does it, the others look now and then whether it is
free."""

from campana.engine.ports import Clock, Lanes

TTL_S = 8.0
RENEW_S = 2.0


class Duty:
    """A duty as this process sees it. What is done under it does no harm when it is done twice, so a holder
    that was asleep may finish what it had begun."""

    def __init__(self, name: str, owner: str, lanes: Lanes, clock: Clock) -> None:
        self._name = name
        self._owner = owner
        self._lanes = lanes
        self._clock = clock
        self._ours = False
        self._asked_at = float("-inf")

    async def held(self) -> bool:
        """Whether it is this process's; asks the store every two seconds."""
        now = self._clock.monotonic()
        if now - self._asked_at >= RENEW_S:
            self._ours = await self._lanes.hold_duty(self._name, self._owner, ttl_s=TTL_S)
            self._asked_at = now
        return self._ours

    async def leave(self) -> None:
        """Let another process have it at once."""
        if self._ours:
            self._ours = False
            await self._lanes.leave_duty(self._name, self._owner)
