"""The dashboard: how the day stands, and for a new account the way to its first campaign."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response

from campana.domain.errors import Conflict
from campana.domain.outcomes import CheckVerdict
from campana.engine.ports import CampaignView
from campana.engine.sender_rules import SenderRequest
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.rendering import page, see_other
from campana.web.services import Caller, Engine
from campana.web.viewer import zone_of

router = APIRouter()

DAYS = 7
PRACTICE = SenderRequest(
    name="Practice",
    provider="practice",
    credentials={"api_token": "practice-token-0000", "vendor_uid": "00000000-0000-4000-8000-000000000000"},
    daily_limit=10_000,
)
"""sends to the simulator, which takes any credentials: nothing reaches a phone"""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the viewer's calendar, with what is planned for it."""

    date: date
    campaigns: Sequence[CampaignView]


@router.get("/")
async def dashboard(request: Request, engine: Engine, caller: Caller) -> Response:
    """Today, what runs, what comes next, how the last ones went, and what needs a person."""
    overview = await engine.overviews.of(caller)
    return page(request, "dashboard/dashboard.html", overview=overview, week=_week(request, overview.planned))


@router.post("/practice-sender")
async def practice(request: Request, engine: Engine, caller: Caller) -> Response:
    """A sender to try everything with, before there is an account at BizChat."""
    try:
        sender = await engine.senders.create(caller, PRACTICE)
    except Conflict:
        return see_other(request, "/", Flash(marked("The practice sender is there already."), "info"))
    told = Flash(marked("The practice sender is there. What it sends reaches no phone."))
    if (await engine.senders.verify(caller, sender.id)).verdict is not CheckVerdict.OK:
        told = Flash(
            marked("The practice sender is there, but the simulator does not answer: start it."), "warning"
        )
    return see_other(request, "/", told)


def _week(request: Request, planned: Sequence[CampaignView]) -> list[Day]:
    """Today and the days after it, by the viewer's calendar."""
    zone = zone_of(request)
    by_day: defaultdict[date, list[CampaignView]] = defaultdict(list)
    for view in planned:
        if view.campaign.scheduled_at is not None:
            by_day[view.campaign.scheduled_at.astimezone(zone).date()].append(view)
    today = request.app.state.clock.now().astimezone(zone).date()
    return [Day(day, by_day[day]) for day in (today + timedelta(days=number) for number in range(DAYS))]
