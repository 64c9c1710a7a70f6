"""When a campaign would end, and what it takes of the day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campana.domain.estimates import Plan, passes_midnight, reckon
from campana.domain.limits import day_of

KOLKATA = ZoneInfo("Asia/Kolkata")
TEN = datetime(2026, 3, 7, 4, 30, tzinfo=UTC)  # 10:00 in Kolkata
MIDNIGHT = datetime(2026, 3, 7, 18, 30, tzinfo=UTC)  # the end of that day there


def plan(messages: int, **changes: Any) -> Plan:
    parts: dict[str, Any] = {
        "starts_at": TEN,
        "rate_per_s": 20.0,
        "timezone": KOLKATA,
        "limit": 8000,
        "taken": 0,
    }
    return Plan(messages=messages, **parts | changes)


def test_what_fits_ends_by_the_rate() -> None:
    estimate = reckon(plan(1200))
    assert estimate.day == date(2026, 3, 7)
    assert estimate.ends_at == TEN + timedelta(minutes=1)
    assert (estimate.left, estimate.fits, estimate.days) == (8000, True, 1)
    assert estimate.spans == ((TEN, estimate.ends_at),)
    assert not passes_midnight(estimate)


def test_what_others_take_of_the_day_is_not_left() -> None:
    estimate = reckon(plan(1200, taken=7000))
    assert (estimate.left, estimate.fits) == (1000, False)
    assert reckon(plan(1, taken=9000)).left == 0


def test_a_campaign_that_waits_goes_on_at_the_resets() -> None:
    estimate = reckon(plan(20_000, taken=6000, waits=True))
    # 2000 that day, 8000 on each of the two after it, 2000 on the fourth.
    assert estimate.days == 4
    assert estimate.spans == (
        (TEN, TEN + timedelta(seconds=100)),
        (MIDNIGHT, MIDNIGHT + timedelta(seconds=400)),
    )
    assert estimate.ends_at == MIDNIGHT + timedelta(days=2, seconds=100)


def test_a_day_that_is_full_already_is_waited_for_whole() -> None:
    estimate = reckon(plan(8000, taken=8000, waits=True))
    assert estimate.spans[0] == (TEN, TEN)
    assert estimate.ends_at == MIDNIGHT + timedelta(seconds=400)
    assert estimate.days == 2


def test_passing_midnight_is_seen_in_the_senders_zone() -> None:
    late = MIDNIGHT - timedelta(seconds=30)
    assert not passes_midnight(reckon(plan(600, starts_at=late)))
    assert passes_midnight(reckon(plan(601, starts_at=late)))


def test_nobody_is_nothing() -> None:
    assert reckon(plan(0)).ends_at == TEN


def test_no_calendar_goes_that_far() -> None:
    with pytest.raises(OverflowError):
        reckon(plan(1_000_000_000, limit=1, waits=True, starts_at=datetime(9998, 1, 1, tzinfo=UTC)))


@given(
    messages=st.integers(0, 50_000),
    limit=st.integers(1, 5_000),
    taken=st.integers(0, 6_000),
    hour=st.integers(0, 23),
)
def test_a_waiting_campaign_ends_on_the_day_that_has_room_for_its_last(
    messages: int, limit: int, taken: int, hour: int
) -> None:
    start = datetime(2026, 3, 7, hour, tzinfo=UTC)
    asked = plan(messages, limit=limit, taken=taken, waits=True, starts_at=start, rate_per_s=1000.0)
    estimate = reckon(asked)
    room = max(0, limit - taken)
    days = 1
    while room < messages:
        room += limit
        days += 1
    assert estimate.days == days
    if days > 1:
        assert day_of(estimate.ends_at, KOLKATA) - estimate.day == timedelta(days=days - 1)
    assert estimate.ends_at >= start
