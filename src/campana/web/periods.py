"""Which period a request is about: days, and the zone whose days they are."""

from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Request

from campana.domain.errors import InvalidInput
from campana.domain.periods import Period
from campana.web.services import Caller, Engine
from campana.web.viewer import known_zone

USUAL_DAYS = 30


async def period(
    request: Request,
    engine: Engine,
    caller: Caller,
    *,
    since: Annotated[str, Query(max_length=40, description="the first day, like 2026-03-01")] = "",
    until: Annotated[str, Query(max_length=40, description="the last day, included; today if left out")] = "",
    timezone: Annotated[
        str,
        Query(max_length=80, description="whose days and hours: `Asia/Kolkata`; the newest sender's zone"),
    ] = "",
) -> Period:
    """The period asked for; the last 30 days if nothing was. Raises InvalidInput."""
    zone = known_zone(timezone) if timezone else await engine.comparisons.zone(caller)
    if zone is None:
        raise InvalidInput.of("timezone", f"{timezone[:40]!r} is no time zone; write it like Asia/Kolkata")
    last = _day("until", until) or _today(request, zone)
    first = _day("since", since) or last - timedelta(days=USUAL_DAYS - 1)
    return Period(first, last, zone).checked()


Asked = Annotated[Period, Depends(period)]


def _today(request: Request, zone: ZoneInfo) -> date:
    today: date = request.app.state.clock.now().astimezone(zone).date()
    return today


def _day(field: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput.of(field, f"{text[:40]!r} is no day; write it like 2026-03-31") from None
