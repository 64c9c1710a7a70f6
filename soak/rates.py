"""A sender's rate as the provider sees it arrive, on a machine that does much else.

The provider's process waits for its turn too. While it does not look, nobody's requests arrive; then all of
them do at once, and count as one second's. Three workers send by themselves, ten senders' worth: when nothing
at all arrived for some time, it was the provider that did not look, and a burst right after that is as much
larger as the silence was long.
"""

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soak.scene import RATE_PER_S

SILENT_S = 0.15
"""with some 150 requests a second, nothing for so long is no chance"""
TOLERANCE = 1.1
"""requests overtake each other on their way through a busy machine; the strict figure is the bench's"""

Silences = Sequence[tuple[float, float]]
"""When each ended, and how long it was; in order."""


@dataclass(frozen=True, slots=True)
class Most:
    """The fullest second of a sender: how many requests, how many of them no silence accounts for (at most),
    and whether that is more than its rate allows."""

    count: int
    of_its_own: int
    beyond: bool


def silences(moments: Iterable[float]) -> Silences:
    """Spans of at least SILENT_S in which nothing arrived of anybody."""
    ordered = sorted(moments)
    pairs = itertools.pairwise(ordered)
    return [(after, after - before) for before, after in pairs if after - before >= SILENT_S]


def bursts(moments: Iterable[float], quiet: Silences) -> Most:
    """The fullest second of one sender, and whether any second was too full."""
    ordered, ends = sorted(moments), [end for end, _ in quiet]
    most = of_its_own = start = 0
    for number, moment in enumerate(ordered):
        while moment - ordered[start] >= 1.0:
            start += 1
        count = number - start + 1
        most = max(most, count)
        if count > RATE_PER_S:
            first = bisect_left(ends, ordered[start] - SILENT_S)
            last = bisect_left(ends, moment + SILENT_S)
            count -= round(RATE_PER_S * sum(length for _, length in quiet[first:last]))
        of_its_own = max(of_its_own, count)
    return Most(most, of_its_own, of_its_own > RATE_PER_S * TOLERANCE)
