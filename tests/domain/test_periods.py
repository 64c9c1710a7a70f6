"""Days, weekdays and hours are those of a zone, whatever its clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campana.domain.errors import InvalidInput
from campana.domain.periods import QUARTER, Accepted, Period, Quarter, by_day, by_hour, over_time

BERLIN, KOLKATA, NEPAL = (ZoneInfo(name) for name in ("Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu"))
ONE = Accepted(read=1)


def every_quarter(period: Period) -> list[Quarter]:
    """One message in each quarter of an hour of the period."""
    count = (period.until - period.since) // QUARTER
    return [Quarter(period.since + n * QUARTER, ONE) for n in range(count)]


@pytest.mark.parametrize(("day", "hours"), [(29, 23), (30, 24)])
def test_a_day_is_as_long_as_its_clocks_make_it(day: int, hours: int) -> None:
    spring = Period(date(2026, 3, day), date(2026, 3, day), BERLIN)
    assert spring.until - spring.since == timedelta(hours=hours)
    assert by_day(every_quarter(spring), spring) == {spring.first: Accepted(read=4 * hours)}


def test_the_hour_that_comes_twice_counts_twice_and_the_one_left_out_has_nothing() -> None:
    sunday = Period(date(2026, 10, 25), date(2026, 10, 25), BERLIN)
    hours = by_hour(every_quarter(sunday), BERLIN)
    assert (hours[6, 1].total, hours[6, 2].total, hours[6, 3].total) == (4, 8, 4)
    sunday = Period(date(2026, 3, 29), date(2026, 3, 29), BERLIN)
    hours = by_hour(every_quarter(sunday), BERLIN)
    assert (hours[6, 1].total, hours[6, 2].total, hours[6, 3].total) == (4, 0, 4)


@pytest.mark.parametrize("zone", [KOLKATA, NEPAL])
def test_zones_beside_the_full_hour_are_not_cut(zone: ZoneInfo) -> None:
    week = Period(date(2026, 3, 2), date(2026, 3, 8), zone)
    hours = by_hour(every_quarter(week), zone)
    assert len(hours) == 168
    assert {one.total for one in hours.values()} == {4}
    assert {one.total for one in by_day(every_quarter(week), week).values()} == {96}


def test_what_lies_outside_of_the_days_is_no_day() -> None:
    period = Period(date(2026, 3, 2), date(2026, 3, 3), KOLKATA)
    before = Quarter(datetime(2026, 3, 1, 18, 15, tzinfo=UTC), ONE)
    assert by_day([before], period) == {date(2026, 3, 2): Accepted(), date(2026, 3, 3): Accepted()}


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), "until"),
        (date(2025, 1, 1), date(2026, 1, 2), "until"),
        (date(1, 1, 1), date(1, 1, 1), "since"),
        (date(9999, 12, 31), date(9999, 12, 31), "since"),
    ],
)
def test_a_period_that_is_none_is_refused(first: date, last: date, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Period(first, last, KOLKATA).checked()
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_campaign_over_time_is_told_by_the_hour_and_a_long_one_by_the_day() -> None:
    began = datetime(2026, 3, 2, 3, 45, tzinfo=UTC)  # 9:15 there
    hours = over_time([Quarter(began + n * QUARTER, ONE) for n in range(6)], KOLKATA)
    assert list(hours.items()) == [
        (datetime(2026, 3, 2, 3, 30, tzinfo=UTC), Accepted(read=3)),
        (datetime(2026, 3, 2, 4, 30, tzinfo=UTC), Accepted(read=3)),
    ]
    days = over_time([Quarter(began + n * 4 * QUARTER, ONE) for n in range(49)], KOLKATA)
    assert list(days) == [datetime(2026, 3, day, 18, 30, tzinfo=UTC) for day in (1, 2, 3)]


def test_a_leap_year_is_not_too_long() -> None:
    assert len(Period(date(2028, 1, 1), date(2028, 12, 31), KOLKATA).checked().days) == 366
