"""How long a host asks everybody to wait, read from the headers of an answer (bizchat.md, Answers and
Limits)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

LONGEST_HOLD_S = 3600.0
"""an answer cannot silence us for longer than this; after it we ask again"""

WINDOW_PROBE_S = 5.0
"""wait after `X-RateLimit-Remaining: 0` without a word of when the window ends: the next refusal names it"""

_EPOCH = 1_000_000_000
"""a reset as large as this is a moment (seconds since 1970), a smaller one a span"""


class Headers(Protocol):
    """Header names in any case."""

    def get(self, name: str, /) -> str | None:
        """The first value of the header, None where there is none."""


def hold_s(headers: Headers, *, now: float) -> float | None:
    """Seconds for which the host wants no requests, None where it asks for nothing; `now` is seconds
    since 1970.

    Retry-After (seconds or a date) counts on any answer; `X-RateLimit-Remaining: 0` until
    X-RateLimit-Reset. Moments are measured against the answer's own Date, so that a wrong clock on
    either side does no harm.
    """
    retry_after = headers.get("retry-after")
    if retry_after is not None:
        span = _retry_after_s(retry_after.strip(), headers, now)
        if span is not None:
            return _within(span)
    remaining = headers.get("x-ratelimit-remaining")
    if remaining is None or remaining.strip() != "0":
        return None
    reset = _reset_s(headers, now)
    return WINDOW_PROBE_S if reset is None else _within(reset)


def reset_s(headers: Headers, *, now: float) -> float | None:
    """Seconds until the window of requests begins anew, None where the answer does not tell."""
    reset = _reset_s(headers, now)
    return None if reset is None else _within(reset)


def read_date(headers: Headers) -> datetime | None:
    """The moment at which the answer was made, by its Date; None where it has none that can be read."""
    moment = _date(headers.get("date"))
    return None if moment is None else datetime.fromtimestamp(moment, UTC)


def _reset_s(headers: Headers, now: float) -> float | None:
    reset = _number(headers.get("x-ratelimit-reset"))
    if reset is None:
        return None
    return reset - _server_now(headers, now) if reset >= _EPOCH else reset


def _retry_after_s(value: str, headers: Headers, now: float) -> float | None:
    seconds = _number(value)
    if seconds is not None:
        return seconds
    moment = _date(value)
    return None if moment is None else moment - _server_now(headers, now)


def _server_now(headers: Headers, now: float) -> float:
    moment = _date(headers.get("date"))
    return now if moment is None else moment


def _number(value: str | None) -> float | None:
    value = "" if value is None else value.strip()
    # Length and alphabet first: float() takes "nan", "1e999" and digits of other scripts too.
    if not value.isascii() or len(value) > 15 or not value.replace(".", "", 1).isdigit():
        return None
    return float(value)


def _date(value: str | None) -> float | None:
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    # A date in "-0000" comes back naive; HTTP dates are in UTC (RFC 9110, 5.6.7).
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _within(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_HOLD_S)


def now_s() -> float:
    """The wall clock, in seconds since 1970."""
    return datetime.now(UTC).timestamp()
