"""The levers on a campaign's page: each is a form, answered by the page as it is then."""

from collections.abc import Awaitable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from campana.domain.errors import Conflict, InvalidInput
from campana.domain.messages import MessageStatus
from campana.engine.ports import CampaignView
from campana.engine.requests import CampaignChanges
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.pages.forms import local_moment
from campana.web.rendering import see_other
from campana.web.schemas.common import chosen
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/campaigns/{campaign_id}")


@router.post("/pause")
async def pause(request: Request, engine: Engine, caller: Caller, campaign_id: UUID) -> Response:
    """No message leaves more than a second after the answer."""
    return await _pulled(
        request,
        campaign_id,
        engine.control.pause(caller, campaign_id),
        marked("Paused: nothing leaves any more until it is resumed."),
    )


@router.post("/resume")
async def resume(request: Request, engine: Engine, caller: Caller, campaign_id: UUID) -> Response:
    """For its time, or at once where that is past."""
    return await _pulled(request, campaign_id, engine.control.resume(caller, campaign_id), marked("Resumed."))


@router.post("/cancel")
async def cancel(request: Request, engine: Engine, caller: Caller, campaign_id: UUID) -> Response:
    """For good."""
    return await _pulled(
        request,
        campaign_id,
        engine.control.cancel(caller, campaign_id),
        marked("Cancelled: what had not left will not leave."),
    )


@router.post("/retry")
async def retry(
    request: Request,
    engine: Engine,
    caller: Caller,
    campaign_id: UUID,
    statuses: Annotated[list[str], Form()] = [],  # noqa: B006
) -> Response:
    """Messages of the statuses that were ticked, once more."""
    wanted = chosen(statuses, MessageStatus, field="statuses")
    return await _pulled(
        request,
        campaign_id,
        engine.control.retry(caller, campaign_id, wanted),
        marked("Put back: these messages are sent once more."),
    )


@router.post("/reschedule")
async def reschedule(
    request: Request,
    engine: Engine,
    caller: Caller,
    campaign_id: UUID,
    at: Annotated[str, Form()] = "",
) -> Response:
    """Another time, by the clock of whoever asks; none makes it a draft."""

    async def moved() -> CampaignView:
        moment = local_moment(request, "at", at).isoformat() if at.strip() else None
        return await engine.campaigns.edit(caller, campaign_id, CampaignChanges(scheduled_at=moment))

    told = marked("It has another time now.") if at.strip() else marked("It is a draft now, without a time.")
    return await _pulled(request, campaign_id, moved(), told)


async def _pulled(request: Request, campaign_id: UUID, lever: Awaitable[CampaignView], told: str) -> Response:
    """The campaign's page, with what was done, or why it could not be."""
    flash = Flash(told)
    try:
        await lever
    except Conflict as error:
        flash = Flash(marked("That was not possible: %(why)s."), "warning", {"why": str(error)})
    except InvalidInput as error:
        flash = Flash(marked("That was not possible: %(why)s."), "danger", {"why": str(error)})
    return see_other(request, f"/campaigns/{campaign_id}", flash)
