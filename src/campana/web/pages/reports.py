"""Reports: the campaigns of a period compared, and what became of messages by template, day and hour."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import available_timezones

from fastapi import APIRouter, Query, Request, Response

from campana.domain.errors import InvalidInput
from campana.domain.periods import Accepted, Period
from campana.engine.comparisons import WEEKDAYS
from campana.web.periods import period as period_asked
from campana.web.rendering import page
from campana.web.schemas.common import Cursor
from campana.web.services import Caller, Engine

router = APIRouter()

SHOWN = 25
SHADES = 5
SPANS = (7, 30, 90, 365)
Day = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form was filled in with."""

    since: str
    until: str
    timezone: str

    @property
    def query(self) -> dict[str, str]:
        """The same, for links."""
        return {"since": self.since, "until": self.until, "timezone": self.timezone}


@router.get("/reports")
async def reports(
    request: Request,
    engine: Engine,
    caller: Caller,
    *,
    since: Day = "",
    until: Day = "",
    timezone: Annotated[str, Query(max_length=80)] = "",
    campaign: Annotated[list[UUID], Query(max_length=50)] = [],  # noqa: B006
    cursor: Cursor = None,
) -> Response:
    """Everything about a period on one page; chosen campaigns side by side."""
    problems: dict[str, str] = {}
    try:
        period = await period_asked(request, engine, caller, since=since, until=until, timezone=timezone)
    except InvalidInput as error:
        problems = {problem.field: problem.message for problem in error.problems}
        period = await period_asked(request, engine, caller)
    asked = _asked(period) if not problems else Asked(since, until, timezone)
    service = engine.comparisons
    found, templates, days, hours, reasons, chosen = await asyncio.gather(
        service.campaigns(caller, period, limit=SHOWN, cursor=cursor),
        service.templates(caller, period),
        service.days(caller, period),
        service.hours(caller, period),
        service.reasons(caller, period),
        service.side_by_side(caller, campaign),
    )
    return page(
        request,
        "reports/reports.html",
        status=422 if problems else 200,
        period=period,
        zones=sorted(available_timezones()),
        asked=asked,
        problems=problems,
        spans=[(count, _asked(_last(period, count))) for count in SPANS],
        found=found,
        cursor=cursor,
        templates=templates,
        days=days,
        total=sum(days.values(), Accepted()),
        hours=hours,
        shade=_shades(hours.values()),
        weekdays=WEEKDAYS,
        reasons=reasons,
        chosen=chosen,
    )


def _asked(period: Period) -> Asked:
    return Asked(period.first.isoformat(), period.last.isoformat(), period.zone.key)


def _last(period: Period, days: int) -> Period:
    """So many days, up to the period's last one."""
    return Period(period.last - timedelta(days=days - 1), period.last, period.zone)


def _shades(hours: Iterable[Accepted]) -> Callable[[Accepted], int]:
    """How dark an hour is shown: 0 for nothing, SHADES for the most."""
    most = max(one.total for one in hours)
    return lambda one: -(-one.total * SHADES // most) if most else 0
