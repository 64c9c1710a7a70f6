"""Points in time: aware UTC only; other zones exist for people and calendars, not for storage."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campana.domain.errors import InvalidInput

CLOCK_TOLERANCE = timedelta(seconds=5)
"""How far in the past "now" may lie: the request travelled, and clocks differ a little."""

_DURATION = re.compile(r"(\d+)\s*([smhd])", re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError for a naive datetime: its moment is not known."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a time zone was given where a moment is needed")
    return moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond, ending in Z."""
    return as_utc(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_schedule(text: str, *, now: datetime, field: str = "scheduled_at") -> datetime:
    """An ISO 8601 time with an offset, or "now", as UTC. Raises InvalidInput when it has no offset or is
    past."""
    if text.strip().lower() == "now":
        return now
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput.of(
            field, f"{text[:40]!r} is not an ISO 8601 time; write it like 2026-12-24T09:00:00+05:30"
        ) from None
    if moment.tzinfo is None:
        raise InvalidInput.of(field, "the time has no offset; add one, like +05:30, or Z for UTC")
    try:
        return check_schedule(as_utc(moment), now=now, field=field)
    except OverflowError:
        raise InvalidInput.of(field, "the time is outside of what a calendar can hold") from None


def local_moment(day: str, clock: str, zone: ZoneInfo) -> datetime:
    """The moment of a date and a clock time (both ISO 8601) in a zone, as UTC; of two, the first.

    Raises InvalidInput, under "date" or "time", for what cannot be read, and for a time that clocks skip.
    """
    try:
        on = date.fromisoformat(day.strip())
    except ValueError:
        raise InvalidInput.of("date", "choose a day" if not day.strip() else "is not a date") from None
    try:
        at = time.fromisoformat(clock.strip()).replace(tzinfo=None)
    except ValueError:
        raise InvalidInput.of("time", "choose a time" if not clock.strip() else "is not a time") from None
    local = datetime.combine(on, at, tzinfo=zone)
    try:
        moment = local.astimezone(UTC)
        there = moment.astimezone(zone)
    except OverflowError:
        raise InvalidInput.of("date", "is outside of what a calendar can hold") from None
    if there.replace(tzinfo=None) != local.replace(tzinfo=None):
        raise InvalidInput.of(
            "time", f"does not exist on that day: clocks in {zone.key} go forward; from {there:%H:%M} it does"
        )
    return moment


def check_schedule(moment: datetime, *, now: datetime, field: str = "scheduled_at") -> datetime:
    """The moment itself, or now where it is a breath ago. Raises InvalidInput when it is past."""
    if moment < now - CLOCK_TOLERANCE:
        ago = now - moment
        raise InvalidInput.of(
            field, f'the time is past, by {_rounded(ago)}; choose a later one, or "now" to send at once'
        )
    return moment


def parse_duration(text: str, *, field: str = "in") -> timedelta:
    """A span such as 90s, 2m, 1h30m or 2d. Raises InvalidInput when it is not one."""
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        raise InvalidInput.of(field, f"{text[:40]!r} is not a duration; write it like 2m, 1h30m or 2d")
    try:
        return sum((timedelta(**{_UNITS[unit.lower()]: int(count)}) for count, unit in parts), timedelta())
    except OverflowError:
        raise InvalidInput.of(field, f"{text[:40]!r} is longer than a calendar can hold") from None


def _rounded(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 7200:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 172800 else f"{seconds // 86400} days"
