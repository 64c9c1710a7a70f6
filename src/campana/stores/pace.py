"""A campaign's pace: how many messages the provider accepted in the present ten seconds and the ten
before."""

from dataclasses import dataclass
from datetime import datetime

SPAN_S = 10.0


@dataclass(frozen=True, slots=True)
class Pace:
    """`bucket` numbers the ten seconds since 1970 that `current` was counted in; `former` are those
    before."""

    bucket: int = 0
    current: int = 0
    former: int = 0

    def with_accepted(self, accepted: int, bucket: int) -> "Pace":
        """As it is after so many more in that bucket."""
        moved = self.at(bucket)
        return Pace(bucket, moved.current + accepted, moved.former)

    def at(self, bucket: int) -> "Pace":
        """The same pace, told from that bucket."""
        if bucket == self.bucket:
            return self
        return Pace(bucket, 0, self.current if bucket == self.bucket + 1 else 0)

    def rate(self, now: float, started_at: datetime | None) -> float:
        """Accepted per second over the last ten seconds, or since the start where that is less.

        The bucket before this one counts with the part of its own time that lies in those seconds.
        """
        bucket = int(now // SPAN_S)
        pace = self.at(bucket)
        started = started_at.timestamp() if started_at is not None else 0.0
        since, boundary = max(now - SPAN_S, started), bucket * SPAN_S
        former_s = boundary - max(boundary - SPAN_S, started)
        share = min(1.0, max(0.0, boundary - since) / former_s) if former_s > 0 else 0.0
        return (pace.current + pace.former * share) / max(1.0, now - since)
