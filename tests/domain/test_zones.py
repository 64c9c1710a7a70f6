"""The time zone a number belongs to, and when it is night there."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campana.domain.zones import ZoneTally, in_the_night, meets_night, zone_of

KOLKATA = ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize(
    ("phone", "zone"),
    [
        ("+919812345678", "Asia/Calcutta"),
        ("+447911123456", "Europe/London"),
        ("+12125550100", "America/New_York"),
        ("+14155550100", "America/Los_Angeles"),
        ("+971501234567", "Asia/Dubai"),
        ("+18005550100", None),  # toll-free: it may ring anywhere
        ("+88112345678", None),  # a satellite's
        ("+99912345678", None),  # no such country
    ],
)
def test_a_number_begins_with_its_zone(phone: str, zone: str | None) -> None:
    assert zone_of(phone) == zone


def test_people_are_counted_by_zone_most_first() -> None:
    tally = ZoneTally()
    tally.add(["+447911123456", "+18005550100"])
    tally.add(f"+9198{n:08}" for n in range(3))
    assert list(tally.zones().items()) == [("Asia/Calcutta", 3), ("Europe/London", 1)]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KOLKATA).astimezone(UTC)


@pytest.mark.parametrize(
    ("begins", "ends", "night"),
    [
        ("2026-03-02T08:00", "2026-03-02T21:00", False),
        ("2026-03-02T07:59", "2026-03-02T12:00", True),
        ("2026-03-02T20:59", "2026-03-02T21:01", True),
        ("2026-03-02T21:00", "2026-03-02T21:00", True),
        ("2026-03-02T10:00", "2026-03-05T10:00", True),
        ("2026-03-02T00:30", "2026-03-02T00:31", True),
    ],
)
def test_night_is_from_nine_to_eight(begins: str, ends: str, night: bool) -> None:
    assert meets_night(local(begins), local(ends), KOLKATA) is night


def test_night_is_told_by_zone_for_every_span() -> None:
    zones = {"Asia/Calcutta": 7, "Europe/London": 3}
    noon = local("2026-03-02T12:00")  # 06:30 in London
    hour = timedelta(hours=1)
    assert in_the_night(zones, [(noon, noon + hour)]) == {"Europe/London": 3}
    assert in_the_night(zones, [(noon + 4 * hour, noon + 9 * hour)]) == {}, "21:00 itself sends nothing"
    assert in_the_night(
        zones, [(noon + 4 * hour, noon + 5 * hour), (noon + 12 * hour, noon + 13 * hour)]
    ) == {"Asia/Calcutta": 7}
