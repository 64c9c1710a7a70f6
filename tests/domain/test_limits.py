"""The sender's calendar day, over daylight saving changes and zones that skip midnight."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campana.domain.limits import Usage, day_of, resets_at

ZONES = sorted(available_timezones() - {"localtime"})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "day", "reset"),
    [
        ("Asia/Kolkata", "2026-11-23", "2026-11-23T18:30:00+00:00"),
        ("UTC", "2026-11-23", "2026-11-24T00:00:00+00:00"),
        ("Europe/Berlin", "2026-03-29", "2026-03-29T22:00:00+00:00"),  # a day of 23 hours
        ("Europe/Berlin", "2026-10-25", "2026-10-25T23:00:00+00:00"),  # a day of 25 hours
        ("America/Santiago", "2026-09-05", "2026-09-06T04:00:00+00:00"),  # midnight does not exist that night
        ("Pacific/Apia", "2011-12-29", "2011-12-30T10:00:00+00:00"),  # a whole day was skipped
    ],
)
def test_when_the_day_ends(zone: str, day: str, reset: str) -> None:
    assert resets_at(date.fromisoformat(day), ZoneInfo(zone)) == at(reset)


@given(
    moment=st.datetimes(
        min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - made aware by the strategy
        max_value=datetime(2036, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    zone=st.sampled_from(ZONES),
)
def test_the_reset_is_the_first_moment_of_another_day(moment: datetime, zone: str) -> None:
    timezone = ZoneInfo(zone)
    day = day_of(moment, timezone)
    reset = resets_at(day, timezone)
    assert moment < reset <= moment + timedelta(hours=49)
    assert day_of(reset, timezone) > day
    assert day_of(reset - timedelta(microseconds=1), timezone) <= day


def test_room_is_never_negative() -> None:
    usage = Usage(date(2026, 1, 1), used=900, reserved=200, limit=1000, resets_at=at("2026-01-02T00:00:00Z"))
    assert usage.room == 0
