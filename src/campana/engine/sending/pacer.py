"""A lane's pace: messages leave evenly, and never more than the rate in any sliding second. Pure; time
comes in.

Three rules together. The *schedule* spaces departures evenly, a little under the rate, and makes up for
stalls. The *step* keeps that from being a burst: what is behind its schedule leaves hardly closer together
than what is on time. The *window* looks at what really left: departure i never comes before departure i -
rate plus a second. Schedule and window are a little longer than a second (8.3 and 7.9 ms), because the
provider sees arrivals, and requests overtake each other on their way: without that room, 29 even departures
can arrive as 30 in one second. What a stall lost is made up for within a second, while the window still holds
the stall: later there is no room in it.
"""

from collections import deque
from itertools import takewhile

SCHEDULE_S = 1.0083
"""seconds over which one second's worth of messages is spread"""
WINDOW_S = 1.0079
"""seconds in which no more than one second's worth may leave"""
STEP_S = 0.97
"""seconds over which catching up spreads one second's worth"""
STEP_SLACK_S = 0.002
"""how much before its step a message may leave: an event loop wakes up that late, each time"""
OPENING_S = 0.5
"""how long after a rest connections are still being opened: at each message, until answers come"""
OPENING_SLACK_S = 0.025
"""how much later than it left a message counts in that time: opening a connection makes it slow"""
LOOK_AGAIN_S = 0.001
"""when a full second's worth was called and has not left yet"""
CATCH_UP_S = 0.25
"""how far behind its schedule a lane may be and still catch up"""


class Pacer:
    """Says when the next message of one sender may leave. Times are seconds of one monotonic clock."""

    def __init__(self, rate_per_s: float) -> None:
        self._factor = 1.0
        self._gap = 0.0
        self._step = 0.0
        self._next = float("-inf")
        self._next_step = float("-inf")
        self._hold_until = float("-inf")
        self._woke_at = float("-inf")
        self._departures: deque[float] = deque()
        self._called = 0
        self.rate_per_s = rate_per_s

    @property
    def rate_per_s(self) -> float:
        """The sender's limit in messages per second; may be changed at any time."""
        return self._rate

    @rate_per_s.setter
    def rate_per_s(self, rate: float) -> None:
        if rate <= 0:
            raise ValueError("a rate must be above zero")
        self._rate = rate
        self._burst = max(1, int(rate))
        self._window_s = WINDOW_S * max(1.0, self._burst / rate)
        self._respace()

    @property
    def factor(self) -> float:
        """The share of the rate that the provider's host allows at present, 0 to 1."""
        return self._factor

    @factor.setter
    def factor(self, factor: float) -> None:
        if factor != self._factor:
            self._factor = factor
            self._respace()

    def hold(self, until: float) -> None:
        """Let nothing leave before that time; an earlier hold that lasts longer stays."""
        self._hold_until = max(self._hold_until, until)

    def next_slot(self, now: float) -> float:
        """The earliest time, `now` or later, at which the next message may leave."""
        slot = max(now, self._next, self._next_step - STEP_SLACK_S, self._hold_until)
        free = self._burst - self._called
        if free <= 0:
            return max(slot, now + LOOK_AGAIN_S)
        if len(self._departures) >= free:
            slot = max(slot, self._departures[-free] + self._window_s)
        return slot

    def call(self, now: float) -> None:
        """Note that a message was told at this time to leave; `depart` says when it did."""
        self._next = max(self._next, now - CATCH_UP_S) + self._gap if self._departures else now + self._gap
        self._next_step = max(self._next_step, now) + self._step
        self._called += 1

    def depart(self, now: float) -> None:
        """Note that a message left at this time: a busy loop lets it wait after the call, and what counts
        is what the provider sees."""
        self._called -= 1
        if not self._departures or now - self._departures[-1] > max(WINDOW_S, 2 * self._gap):
            self._woke_at = now
        opening = now - self._woke_at < OPENING_S
        self._departures.append(now + OPENING_SLACK_S if opening else now)
        while len(self._departures) > self._burst:
            self._departures.popleft()

    def recent(self, now: float) -> int:
        """Messages that left in the second before this time."""
        return sum(1 for _ in takewhile(lambda departure: departure > now - 1.0, reversed(self._departures)))

    def _respace(self) -> None:
        pace = self._rate * self._factor
        gap, step = SCHEDULE_S / pace, STEP_S / pace
        self._next += gap - self._gap
        self._next_step += step - self._step
        self._gap, self._step = gap, step
