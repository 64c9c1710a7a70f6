"""How numbers, spans and moments are written on a page: the filters of the templates."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup

from campana.domain.zones import place_of
from campana.web.viewer import VIEWER

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def number(value: float) -> str:
    """12,345 or 1,234.5: as the viewer writes numbers; one digit behind the point where there is one."""
    shown: str = format_decimal(round(value, 1), locale=VIEWER.get().locale)
    return shown


def percent(part: float, whole: float) -> str:
    """The share of a whole. Neither none nor all unless it is: 0.04 % is "<1%", 99.96 % is "99%"."""
    if not whole or not part:
        shown = 0.0
    elif part < whole:
        shown = min(0.99, part / whole)
        if shown < 0.01:
            return "<" + str(format_percent(0.01, "#,##0%", locale=VIEWER.get().locale))
    else:
        shown = 1.0
    return str(format_percent(shown, "#,##0%", locale=VIEWER.get().locale))


def span(value: timedelta | float) -> str:
    """A length of time in its two largest units: "2 d 3 h", "52 min", "under 1 s"."""
    seconds = round(value.total_seconds() if isinstance(value, timedelta) else value)
    parts: list[str] = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count or parts:
            parts.append(f"{count} {unit}" if count else "")
        if len(parts) == 2:
            break
    return " ".join(filter(None, parts)) or "under 1 s"


def moment(value: datetime) -> Markup:
    """A <time> with date, time and zone: in the viewer's own where it is known, else in UTC until a script
    there rewrites it."""
    viewer = VIEWER.get()
    here = value.astimezone(viewer.timezone)
    day = format_date(here, "medium", locale=viewer.locale)
    clock = format_time(here, "short", tzinfo=viewer.timezone, locale=viewer.locale)
    full = format_datetime(here, "EEEE, d MMMM y HH:mm:ss", locale=viewer.locale)
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(
        value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        f"{full} {viewer.timezone.key}",
        Markup("") if viewer.zone_known else Markup(" data-moment"),
        f"{day}, {clock} {here.tzname()}",
    )


def day(value: date) -> str:
    """A weekday with its date: "Sat, 24 Dec"."""
    return str(format_date(value, "EEE d MMM", locale=VIEWER.get().locale))


def clock(value: datetime) -> str:
    """The time of the day in the viewer's zone, without its name: the page says it elsewhere."""
    viewer = VIEWER.get()
    here = value.astimezone(viewer.timezone)
    return str(format_time(here, "short", tzinfo=viewer.timezone, locale=viewer.locale))


def there(value: datetime, zone: str) -> str:
    """A moment as the clocks of a zone have it: "Saturday 10:00" within a week, with its date beyond."""
    viewer = VIEWER.get()
    here, today = (each.astimezone(ZoneInfo(zone)) for each in (value, viewer.now))
    soon = 0 <= (here.date() - today.date()).days < 7
    day = format_date(here, "EEEE" if soon else "EEE d MMM y", locale=viewer.locale)
    return f"{day} {format_time(here, 'short', tzinfo=here.tzinfo, locale=viewer.locale)}"


def there_clock(value: datetime, zone: str) -> str:
    """The same without its day."""
    here = value.astimezone(ZoneInfo(zone))
    return str(format_time(here, "short", tzinfo=here.tzinfo, locale=VIEWER.get().locale))


def place(zone: str) -> str:
    """What people call the place that a zone is named after."""
    return place_of(zone)


def sentence(text: str) -> str:
    """A text of the engine with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def countdown(value: datetime) -> Markup:
    """A <time> that says how long it is until then; a script counts on."""
    left: timedelta = value - VIEWER.get().now
    text = f"in {span(left)}" if left > timedelta(0) else "now"
    stamp = value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}" data-until>{}</time>').format(stamp, text)


def local_input(value: datetime) -> str:
    """As a field for date and time takes it, in the viewer's zone."""
    return value.astimezone(VIEWER.get().timezone).strftime("%Y-%m-%dT%H:%M")


FILTERS: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        number,
        percent,
        span,
        moment,
        day,
        clock,
        there,
        there_clock,
        place,
        sentence,
        countdown,
        local_input,
    )
}
