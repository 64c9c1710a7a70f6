"""/campaigns: make, look, change, try out, steer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query

from campana.domain.campaigns import CampaignStatus
from campana.engine.ports import CampaignOrder
from campana.web.openapi import CHANGED, FOUND, problems
from campana.web.schemas.campaigns import CampaignIn, CampaignOut, CampaignPatch, RetryIn
from campana.web.schemas.common import Cursor, Items, Limit, Search, chosen
from campana.web.schemas.estimates import EstimateIn, EstimateOut
from campana.web.schemas.messages import PreviewIn, PreviewOut, TrialIn, TrialOut
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/campaigns", tags=["campaigns"])
steering = APIRouter(prefix="/campaigns", tags=["steering"], responses=CHANGED)

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key", description="the same key gives the same campaign: a POST safe to repeat"
    ),
]


@router.post("", summary="Create a campaign", status_code=201, responses=problems(403, 409, 413))
async def create(
    engine: Engine, caller: Caller, body: CampaignIn, idempotency_key: Key = None
) -> CampaignOut:
    """SCHEDULED with a time, DRAFT without. Every problem is told at once, before anything is kept."""
    view = await engine.campaigns.create(caller, body.request(), idempotency_key=idempotency_key)
    return CampaignOut.of(view)


@router.get("", summary="List campaigns")
async def find(
    engine: Engine,
    caller: Caller,
    *,
    limit: Limit = 50,
    cursor: Cursor = None,
    status: Annotated[list[str], Query(description="one or several, also with commas")] = [],  # noqa: B006
    q: Annotated[Search, Query(description="a part of the name")] = "",
    sort: Annotated[
        CampaignOrder, Query(description="`soonest` and `latest` leave out campaigns without a time")
    ] = CampaignOrder.NEWEST,
) -> Items[CampaignOut]:
    """Newest first, unless asked for otherwise. A cursor belongs to its order."""
    statuses = chosen(status, CampaignStatus)
    page = await engine.campaigns.find(caller, limit=limit, cursor=cursor, statuses=statuses, q=q, order=sort)
    return Items[CampaignOut].page(page, CampaignOut.of)


@router.post("/preview", summary="Preview a campaign's messages", responses=problems(413))
async def preview(engine: Engine, caller: Caller, body: PreviewIn) -> PreviewOut:
    """Takes what `POST /campaigns` takes, keeps nothing, and tells what would keep the campaign from being
    made."""
    return PreviewOut.of(await engine.previews.preview(caller, body.request(), body.selection()))


@router.post("/test", summary="Send one test message", responses=problems(403, 413))
async def test(engine: Engine, caller: Caller, body: TrialIn) -> TrialOut:
    """Sends it now, within the sender's limits, and answers when its outcome is known (30 s at most)."""
    return TrialOut.of(await engine.trials.send(caller, body.request()))


@router.post("/estimate", summary="Estimate a campaign's course", responses=problems(404, 413))
async def estimate(engine: Engine, caller: Caller, body: EstimateIn) -> EstimateOut:
    """When it would end, what it takes of the day, and what to be careful about. Keeps and reserves
    nothing."""
    return EstimateOut.of(await engine.estimates.estimate(caller, body.request()))


@router.get("/{campaign_id}", summary="Look at a campaign", responses=FOUND)
async def get(engine: Engine, caller: Caller, campaign_id: UUID) -> CampaignOut:
    """The campaign with its counts and its rate, what slows it down, and how its people agreed to it."""
    view = await engine.campaigns.get(caller, campaign_id)
    people = await engine.lists.get(caller, view.campaign.recipient_list_id)
    shown = CampaignOut.of(view).slowed(await engine.slowdowns.of(view)).agreed(people.consent)
    return shown.answered(await engine.replies.counts(caller, campaign_id))


@router.patch("/{campaign_id}", summary="Change a campaign", responses=CHANGED)
async def edit(engine: Engine, caller: Caller, campaign_id: UUID, body: CampaignPatch) -> CampaignOut:
    """Name, fields, header and time, while it is DRAFT or SCHEDULED."""
    return CampaignOut.of(await engine.campaigns.edit(caller, campaign_id, body.changes()))


@steering.post("/{campaign_id}/pause", summary="Pause")
async def pause(engine: Engine, caller: Caller, campaign_id: UUID) -> CampaignOut:
    """SCHEDULED or PROCESSING to PAUSED. No message leaves more than a second after the answer."""
    return CampaignOut.of(await engine.control.pause(caller, campaign_id))


@steering.post("/{campaign_id}/resume", summary="Resume")
async def resume(engine: Engine, caller: Caller, campaign_id: UUID) -> CampaignOut:
    """PAUSED to SCHEDULED for its time; where that is past, it goes on at once."""
    return CampaignOut.of(await engine.control.resume(caller, campaign_id))


@steering.post("/{campaign_id}/cancel", summary="Cancel")
async def cancel(engine: Engine, caller: Caller, campaign_id: UUID) -> CampaignOut:
    """For good: what has not left becomes SKIPPED. No message leaves more than a second after the answer."""
    return CampaignOut.of(await engine.control.cancel(caller, campaign_id))


@steering.post("/{campaign_id}/retry", summary="Send failed messages again")
async def retry(engine: Engine, caller: Caller, campaign_id: UUID, body: RetryIn) -> CampaignOut:
    """Puts FAILED messages back, and UNKNOWN ones where they are named: those may reach people a second
    time."""
    return CampaignOut.of(await engine.control.retry(caller, campaign_id, body.statuses))
