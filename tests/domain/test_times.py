"""Times as people and scripts write them."""

from datetime import UTC, datetime, timedelta

import pytest

from campana.domain.errors import InvalidInput
from campana.domain.times import as_utc, parse_duration, parse_schedule

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T17:45:00+05:30", "2026-11-23T12:15:00+00:00"),
        ("2026-11-23T12:15:00Z", "2026-11-23T12:15:00+00:00"),
        ("2026-11-23 12:15+00:00", "2026-11-23T12:15:00+00:00"),
        ("now", "2026-11-23T12:00:00+00:00"),
        ("2026-11-23T11:59:57Z", "2026-11-23T11:59:57+00:00"),  # "now", a breath ago
    ],
)
def test_a_time_with_an_offset_becomes_utc(text: str, expected: str) -> None:
    moment = parse_schedule(text, now=NOW)
    assert moment.isoformat() == expected
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-11-23T17:45:00", "no offset"),
        ("tomorrow", "not an ISO 8601 time"),
        ("2026-11-23T11:00:00Z", "past, by 60 min"),
        ("2025-11-23T11:00:00Z", "past, by 365 days"),
        ("9999-12-31T23:59:59-12:00", "outside of what a calendar can hold"),
        ("", "not an ISO 8601 time"),
    ],
)
def test_what_cannot_be_scheduled_is_refused_in_words(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        parse_schedule(text, now=NOW)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("2m", 120), ("1h30m", 5400), ("2D", 172800)])
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "2", "m", "2m later", "-2m", "99999999999999d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_duration(text)


def test_a_naive_datetime_is_no_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        as_utc(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
