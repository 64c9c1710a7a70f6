"""When a campaign would begin and end, what it takes of the sender's day, and what to be careful about.

Reckoned before anything is made, so that a person can decide with it. The real pace is the provider's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from campana.domain.limits import day_of, resets_at


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to know before the campaign is made. `field` is the part of the campaign it belongs to;
    `code` is short and stable."""

    code: str
    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be reckoned: so many messages from that moment at that rate (messages/s).

    `taken` of the `limit` are not free on the day of the beginning. With `waits`, what does not fit goes out
    on the days after it, as the daily limit "wait" would have it.
    """

    messages: int
    starts_at: datetime
    rate_per_s: float
    timezone: ZoneInfo
    limit: int
    taken: int = 0
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """The course of a plan. `spans` are the first times in which messages leave: the first day's, and the
    next one's where it takes more than one."""

    plan: Plan
    day: date
    left: int
    ends_at: datetime
    days: int
    spans: tuple[tuple[datetime, datetime], ...]
    cautions: tuple[Caution, ...] = ()
    zones: Mapping[str, int] = field(default_factory=dict)
    """recipients by the time zone of their number, most first"""
    slower_ends_at: datetime | None = None
    """the end at the pace that the provider is known to allow, where that is less than the rate"""
    slower_per_s: float | None = None

    @property
    def fits(self) -> bool:
        """Whether the day of the beginning has room for all of it."""
        return self.plan.messages <= self.left


def reckon(plan: Plan) -> Estimate:
    """The plan's course, without cautions. Raises OverflowError where no calendar goes that far."""
    day = day_of(plan.starts_at, plan.timezone)
    left = max(0, plan.limit - plan.taken)
    today = min(plan.messages, left) if plan.waits else plan.messages
    spans = [_span(plan.starts_at, today, plan.rate_per_s)]
    rest = plan.messages - today
    if not rest:
        return Estimate(plan, day, left, spans[0][1], 1, tuple(spans))
    more_days = -(-rest // max(1, plan.limit))
    last = rest - (more_days - 1) * plan.limit
    spans.append(_span(resets_at(day, plan.timezone), min(rest, plan.limit), plan.rate_per_s))
    last_begins = resets_at(day + timedelta(days=more_days - 1), plan.timezone)
    ends_at = _span(last_begins, last, plan.rate_per_s)[1]
    return Estimate(plan, day, left, ends_at, 1 + more_days, tuple(spans))


def passes_midnight(estimate: Estimate) -> bool:
    """Whether messages of the first day would still leave when the sender's next day has begun."""
    return estimate.spans[0][1] > resets_at(estimate.day, estimate.plan.timezone)


def _span(begins: datetime, messages: int, rate_per_s: float) -> tuple[datetime, datetime]:
    return begins, begins + timedelta(seconds=messages / rate_per_s)
