"""/reports: campaigns of a period compared, by template, day, weekday and hour, and why messages failed."""

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from campana.domain.periods import Period
from campana.engine.comparisons import WEEKDAYS
from campana.web.api.messages import attachment
from campana.web.openapi import CSV, FOUND
from campana.web.periods import Asked
from campana.web.schemas.common import Cursor, Items, Limit
from campana.web.schemas.reports import (
    ComparedOut,
    DayOut,
    DaysReportOut,
    HourOut,
    HoursReportOut,
    PeriodOut,
    QuarterOut,
    ReasonOut,
    ReasonsReportOut,
    TemplatesReportOut,
    TemplateTotalsOut,
    TimelineOut,
    accepted_fields,
)
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/reports", tags=["reports"])
timeline = APIRouter(prefix="/campaigns", tags=["reports"], responses=FOUND)


@router.get("/campaigns", summary="Compare campaigns")
async def campaigns(
    engine: Engine, caller: Caller, period: Asked, limit: Limit = 50, cursor: Cursor = None
) -> Items[ComparedOut]:
    """Those that started in the period, the last one first, with their counts, replies and opt-outs."""
    page = await engine.comparisons.campaigns(caller, period, limit=limit, cursor=cursor)
    return Items[ComparedOut].page(page, ComparedOut.of)


@router.get(
    "/campaigns.csv",
    summary="Compare campaigns, as CSV",
    response_class=StreamingResponse,
    responses=CSV,
)
async def campaigns_csv(engine: Engine, caller: Caller, period: Asked) -> StreamingResponse:
    """A line for each campaign that started in the period."""
    return attachment(await engine.comparisons.campaigns_csv(caller, period), _named("campaigns", period))


@router.get("/templates", summary="Campaigns by template")
async def templates(engine: Engine, caller: Caller, period: Asked) -> TemplatesReportOut:
    """The campaigns that started in the period, added up."""
    found = await engine.comparisons.templates(caller, period)
    return TemplatesReportOut(period=_shown(period), items=[TemplateTotalsOut.of(one) for one in found])


@router.get("/templates.csv", summary="Campaigns by template, as CSV", response_class=Response, responses=CSV)
async def templates_csv(engine: Engine, caller: Caller, period: Asked) -> Response:
    """A line for each template."""
    return _file(await engine.comparisons.templates_csv(caller, period), "templates", period)


@router.get("/days", summary="Messages by day")
async def days(engine: Engine, caller: Caller, period: Asked) -> DaysReportOut:
    """What the provider accepted on each day of the period, by where it stands now."""
    found = await engine.comparisons.days(caller, period)
    items = [DayOut(day=day, **accepted_fields(one)) for day, one in found.items()]
    return DaysReportOut(period=_shown(period), items=items)


@router.get("/days.csv", summary="Messages by day, as CSV", response_class=Response, responses=CSV)
async def days_csv(engine: Engine, caller: Caller, period: Asked) -> Response:
    """A line for each day."""
    return _file(await engine.comparisons.days_csv(caller, period), "days", period)


@router.get("/hours", summary="Messages by weekday and hour")
async def hours(engine: Engine, caller: Caller, period: Asked) -> HoursReportOut:
    """What the provider accepted in each hour of the week, by where it stands now. By the zone's clocks: an
    hour that they go through twice counts both times."""
    found = await engine.comparisons.hours(caller, period)
    items = [
        HourOut(weekday=WEEKDAYS[weekday], hour=hour, **accepted_fields(one))
        for (weekday, hour), one in found.items()
    ]
    return HoursReportOut(period=_shown(period), items=items)


@router.get(
    "/hours.csv", summary="Messages by weekday and hour, as CSV", response_class=Response, responses=CSV
)
async def hours_csv(engine: Engine, caller: Caller, period: Asked) -> Response:
    """A line for each of the 168 hours."""
    return _file(await engine.comparisons.hours_csv(caller, period), "hours", period)


@router.get("/reasons", summary="Why messages did not arrive")
async def reasons(engine: Engine, caller: Caller, period: Asked) -> ReasonsReportOut:
    """Of the campaigns that started in the period."""
    found = await engine.comparisons.reasons(caller, period)
    return ReasonsReportOut(period=_shown(period), items=[ReasonOut.of(one) for one in found])


@router.get(
    "/reasons.csv", summary="Why messages did not arrive, as CSV", response_class=Response, responses=CSV
)
async def reasons_csv(engine: Engine, caller: Caller, period: Asked) -> Response:
    """A line for each status and code."""
    return _file(await engine.comparisons.reasons_csv(caller, period), "reasons", period)


@timeline.get("/{campaign_id}/timeline", summary="A campaign over time")
async def over_time(engine: Engine, caller: Caller, campaign_id: UUID) -> TimelineOut:
    """What was accepted in each quarter of an hour, by where it stands now."""
    found = await engine.comparisons.timeline(caller, campaign_id)
    return TimelineOut(items=[QuarterOut.of(one) for one in found])


def _shown(period: Period) -> PeriodOut:
    return PeriodOut(since=period.first, until=period.last, timezone=period.zone.key)


def _named(name: str, period: Period) -> str:
    return f"{name}-{period.first}-{period.last}.csv"


def _file(body: bytes, name: str, period: Period) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{_named(name, period)}"'}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)
