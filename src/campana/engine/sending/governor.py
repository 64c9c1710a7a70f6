"""What a provider host asked of everybody: down fast, up slowly, the same for every lane of that host.

A slow-down halves the pace, at most once a second, because the answers to requests that were already under
way are not news. A tenth of the way back is gained every twenty seconds. A host that cannot be reached is
left alone for growing pauses. Other processes learn of it through the store (`share`), where the pace ages
by the database's clock.
"""

import structlog

from campana.engine.ports import Clock, HostPace, Lanes

log = structlog.get_logger(__name__)

HALVING_PAUSE_S = 1.0
RECOVERY_PER_S = 0.005
SLOWEST_FACTOR = 0.01
LONGEST_HOLD_S = 3600.0
LONGEST_UNREACHABLE_HOLD_S = 60.0


def recovered(factor: float, age_s: float) -> float:
    """The factor after `age_s` seconds without a new slow-down."""
    return min(1.0, factor + max(0.0, age_s) * RECOVERY_PER_S)


class Governor:
    """One provider host's pace, as this process knows it. Lanes ask it before every message."""

    def __init__(self, host: str, lanes: Lanes, clock: Clock) -> None:
        self.host = host
        self._lanes = lanes
        self._clock = clock
        self._factor = 1.0
        self._slowed_at = float("-inf")
        self._hold_until = float("-inf")
        self._failures = 0
        self._unshared = False
        self.reason = ""

    @property
    def hold_until(self) -> float:
        """Monotonic time before which nothing may leave for this host."""
        return self._hold_until

    def factor(self, now: float) -> float:
        """The share of each lane's rate that is in force at this monotonic time."""
        return recovered(self._factor, now - max(self._slowed_at, self._hold_until))

    def throttled(self, hold_s: float | None, reason: str) -> None:
        """The host said "too fast"; it named `hold_s` seconds to wait, or nothing (then a second)."""
        now = self._clock.monotonic()
        if now - self._slowed_at >= HALVING_PAUSE_S:
            self._factor = max(SLOWEST_FACTOR, self.factor(now) / 2)
            self._slowed_at = now
        self.hold(1.0 if hold_s is None else hold_s, reason)

    def unreachable(self, hold_s: float, reason: str) -> None:
        """The host did not take the request. Leave it alone: each failed try in a row doubles the pause."""
        now = self._clock.monotonic()
        if now >= self._hold_until:
            pause = min(LONGEST_UNREACHABLE_HOLD_S, max(0.5, hold_s) * 2**self._failures)
            self._failures = min(self._failures + 1, 10)
            self.hold(max(pause, hold_s), reason)

    def reached(self) -> None:
        """The host answered."""
        self._failures = 0

    def hold(self, hold_s: float, reason: str) -> None:
        """Send nothing for `hold_s` seconds."""
        now = self._clock.monotonic()
        if now >= self._hold_until:
            log.warning("host.held", host=self.host, seconds=round(hold_s, 1), reason=reason)
        self._hold_until = max(self._hold_until, now + min(hold_s, LONGEST_HOLD_S))
        self.reason = reason
        self._unshared = True

    def pace(self) -> HostPace:
        """What is in force, for pages and for other processes."""
        now = self._clock.monotonic()
        factor = self.factor(now)
        hold_s = max(0.0, self._hold_until - now)
        return HostPace(hold_s=hold_s, factor=factor, reason=self.reason if hold_s or factor < 1 else "")

    async def share(self) -> None:
        """Tell the other processes what this one was told, and take over what they were told."""
        if self._unshared:
            self._unshared = False
            await self._lanes.slow_host(self.host, self.pace())
            return
        known = await self._lanes.host_pace(self.host)
        now = self._clock.monotonic()
        if known.hold_s > 0 and now + known.hold_s > self._hold_until + 0.5:
            self._hold_until = now + min(known.hold_s, LONGEST_HOLD_S)
            self.reason = known.reason
        if recovered(known.factor, known.age_s - known.hold_s) < self.factor(now):
            self._factor, self._slowed_at = known.factor, now - known.age_s
            self.reason = known.reason
