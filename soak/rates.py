"""A sender's rate as the provider sees it arrive, on a machine that does much else.

The provider's process waits for the processor too. While it does not look, nobody's requests arrive; then all
of them do at once, and are noted as one second's. It notes itself when that was, and for how long: what such
a stall accounts for is not the sender's doing.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from campana.simulator.ledger import FLUSH_INTERVAL_S, STALL_S
from soak.scene import RATE_PER_S

UNSEEN_S = STALL_S + FLUSH_INTERVAL_S
"""a stall may be so long, or longer by this, and not be noted"""
MOST_ALLOWED = RATE_PER_S * (1 + UNSEEN_S)

Stalls = Sequence[tuple[float, float]]
"""When each ended, and how long it was; in order."""


@dataclass(frozen=True, slots=True)
class Most:
    """The fullest second of a sender: how many requests, and how many of these no stall accounts for."""

    count: int
    of_its_own: int

    @property
    def beyond(self) -> bool:
        """Whether that is more than its rate allows."""
        return self.of_its_own > MOST_ALLOWED


def fullest(moments: Iterable[float], stalls: Stalls) -> Most:
    """The fullest second of one sender, by all that arrived and by what no stall accounts for."""
    ordered, ends = sorted(moments), [end for end, _ in stalls]
    most = of_its_own = start = 0
    for number, moment in enumerate(ordered):
        while moment - ordered[start] >= 1.0:
            start += 1
        count = number - start + 1
        most = max(most, count)
        if count > RATE_PER_S:
            first = bisect_left(ends, ordered[start] - UNSEEN_S)
            last = bisect_left(ends, moment + UNSEEN_S)
            count -= round(RATE_PER_S * sum(length for _, length in stalls[first:last]))
        of_its_own = max(of_its_own, count)
    return Most(most, of_its_own)
