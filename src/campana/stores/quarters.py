"""What was accepted in each quarter of an hour, by where it stands now: how changes of messages move it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from campana.domain.messages import MessageStatus
from campana.domain.periods import ACCEPTED, QUARTER

QuarterMoves = Mapping[tuple[int, MessageStatus], int]
"""By how much the messages of a quarter in a state become more; quarters are numbered since 1970."""

QUARTER_COLUMNS = {status: status.value.lower() for status in ACCEPTED}
"""How the states are called in records."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def quarter_of(moment: datetime) -> int:
    """The number of the quarter of an hour that holds the moment."""
    return (moment - _EPOCH) // QUARTER


def standing(
    told: Iterable[tuple[datetime | None, MessageStatus]], by: int = 1
) -> Counter[tuple[int, MessageStatus]]:
    """Messages, by when they were accepted and where they stand, as moves; others do not count."""
    moves: Counter[tuple[int, MessageStatus]] = Counter()
    for sent_at, status in told:
        if sent_at is not None and status in QUARTER_COLUMNS:
            moves[quarter_of(sent_at), status] += by
    return moves
