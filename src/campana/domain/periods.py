"""Periods that reports are about, and what became of messages by the day, weekday and hour they went out at.

Days and hours are those of a time zone, through every change of its clocks: what is folded here comes in
quarters of an hour, which no zone's offset cuts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campana.domain.errors import InvalidInput
from campana.domain.messages import MessageStatus

QUARTER = timedelta(minutes=15)
MOST_DAYS = 366
MOST_HOURS = 48
_EARLIEST, _LATEST = date(2000, 1, 1), date(9000, 1, 1)
"""what every store and zone can reckon with"""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included, in a time zone."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def since(self) -> datetime:
        """The UTC moment at which it begins."""
        return _midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The UTC moment at which it is over."""
        return _midnight(self.last + timedelta(days=1), self.zone)

    @property
    def days(self) -> list[date]:
        """All of them, in order."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def checked(self) -> "Period":
        """Itself. Raises InvalidInput where it ends before it begins, or is too long."""
        if not (_EARLIEST <= self.first <= _LATEST and _EARLIEST <= self.last <= _LATEST):
            raise InvalidInput.of("since", f"days lie between {_EARLIEST} and {_LATEST}")
        if self.last < self.first:
            raise InvalidInput.of("until", f"{self.last} is before {self.first}")
        if (self.last - self.first).days >= MOST_DAYS:
            raise InvalidInput.of("until", f"a period has {MOST_DAYS} days at most")
        return self


@dataclass(frozen=True, slots=True)
class Accepted:
    """Messages that the provider accepted, by where they stand now; FAILED ones were refused late."""

    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.sent + self.delivered + self.read + self.failed

    @property
    def arrived(self) -> int:
        """Those that are on a phone, read or not."""
        return self.delivered + self.read

    def __add__(self, other: "Accepted") -> "Accepted":
        return Accepted(
            self.sent + other.sent,
            self.delivered + other.delivered,
            self.read + other.read,
            self.failed + other.failed,
        )


ACCEPTED = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.FAILED)
"""The states that Accepted counts, in its order."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """What was accepted in the quarter of an hour that began then."""

    began: datetime
    accepted: Accepted


def by_day(quarters: Iterable[Quarter], period: Period) -> Mapping[date, Accepted]:
    """Every day of the period, in order."""
    found = dict.fromkeys(period.days, Accepted())
    for quarter in quarters:
        day = quarter.began.astimezone(period.zone).date()
        if day in found:
            found[day] += quarter.accepted
    return found


def by_hour(quarters: Iterable[Quarter], zone: ZoneInfo) -> Mapping[tuple[int, int], Accepted]:
    """All 168 hours of a week, by weekday (Monday is 0) and hour (0 to 23).

    The hour that a zone's clocks go through twice counts both times; the one they leave out has nothing.
    """
    found = {(weekday, hour): Accepted() for weekday in range(7) for hour in range(24)}
    for quarter in quarters:
        there = quarter.began.astimezone(zone)
        found[there.weekday(), there.hour] += quarter.accepted
    return found


def over_time(quarters: Iterable[Quarter], zone: ZoneInfo) -> Mapping[datetime, Accepted]:
    """The hours of a zone in which something was accepted, in order, by their beginning; whole days where
    the hours are more than MOST_HOURS."""
    quarters = list(quarters)
    found = _gathered(quarters, zone, minute=0, second=0)
    return found if len(found) <= MOST_HOURS else _gathered(quarters, zone, hour=0, minute=0, second=0)


def _gathered(quarters: Iterable[Quarter], zone: ZoneInfo, **begin: int) -> dict[datetime, Accepted]:
    found: dict[datetime, Accepted] = {}
    for quarter in quarters:
        began = quarter.began.astimezone(zone).replace(**begin).astimezone(UTC)  # type: ignore[arg-type]
        found[began] = found.get(began, Accepted()) + quarter.accepted
    return found


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
