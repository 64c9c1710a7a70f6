"""Where people's clocks stand: the time zone a phone number belongs to, and when it is night there.

Numbers begin with their zone: the beginning is looked at, never who owns the number (phonenumbers' table).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from phonenumbers import PhoneNumber
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_geographical_number

from campana.domain.numbering import country_code_of

NIGHT_BEGINS = time(21)
NIGHT_ENDS = time(8)

_BEGINNING = 6
"""Characters of a number that decide about its zone, the plus included: an area code of North America."""
_MOST_NEIGHBOURS = 8
"""Several zones are neighbours on a border; more than so many say only that the number may be anywhere."""
_PLACES_TODAY = {
    "Calcutta": "Kolkata",
    "Katmandu": "Kathmandu",
    "Rangoon": "Yangon",
    "Saigon": "Ho Chi Minh City",
}


def zone_of(phone: str) -> str | None:
    """The time zone that an E.164 number belongs to, as IANA names it; None where the number does not
    tell."""
    code = country_code_of(phone)
    if code is None:
        return None
    national = phone[1 + len(str(code)) :]
    found = time_zones_for_geographical_number(PhoneNumber(country_code=code, national_number=int(national)))
    if UNKNOWN_TIMEZONE in found or len(found) > _MOST_NEIGHBOURS:
        return None
    return _known(found[-1])


class ZoneTally:
    """Counts recipients by time zone; the first number with a beginning speaks for all that share it."""

    def __init__(self) -> None:
        self._beginnings: Counter[str] = Counter()
        self._examples: dict[str, str] = {}

    def add(self, phones: Iterable[str]) -> None:
        """Count these E.164 numbers."""
        given = list(phones)
        self._beginnings.update(phone[:_BEGINNING] for phone in given)
        for phone in given:
            self._examples.setdefault(phone[:_BEGINNING], phone)

    def zones(self) -> Mapping[str, int]:
        """How many there are in each zone, most first; those whose number does not tell are left out."""
        found: Counter[str] = Counter()
        for beginning, count in self._beginnings.items():
            zone = zone_of(self._examples[beginning])
            if zone is not None:
                found[zone] += count
        return dict(found.most_common())


def place_of(zone: str) -> str:
    """What people call the place a zone is named after."""
    place = zone.rpartition("/")[2].replace("_", " ")
    return _PLACES_TODAY.get(place, place)


def meets_night(begins: datetime, ends: datetime, zone: ZoneInfo) -> bool:
    """Whether some moment from `begins` to `ends` lies between 21:00 and 08:00 in the zone."""
    local = begins.astimezone(zone)
    if not NIGHT_ENDS <= local.time() < NIGHT_BEGINS:
        return True
    evening = datetime.combine(local.date(), NIGHT_BEGINS, tzinfo=zone)
    return ends > evening.astimezone(UTC)


def in_the_night(zones: Mapping[str, int], spans: Iterable[tuple[datetime, datetime]]) -> Mapping[str, int]:
    """Those of the zones, with their recipients, in which one of the spans meets the night."""
    times = [(begins, max(begins, ends - timedelta(microseconds=1))) for begins, ends in spans]
    return {
        zone: count
        for zone, count in zones.items()
        if any(meets_night(begins, ends, ZoneInfo(zone)) for begins, ends in times)
    }


def _known(zone: str) -> str | None:
    """The zone, if this machine's tables have it."""
    try:
        return ZoneInfo(zone).key
    except ZoneInfoNotFoundError:
        return None
