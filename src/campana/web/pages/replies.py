"""What people answered to a campaign."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from campana.web.rendering import page
from campana.web.schemas.common import Cursor
from campana.web.services import Caller, Engine

router = APIRouter()

SHOWN = 50


@router.get("/campaigns/{campaign_id}/replies")
async def find(
    request: Request, engine: Engine, caller: Caller, campaign_id: UUID, cursor: Cursor = None
) -> Response:
    """Newest first, with how many there are."""
    view = await engine.campaigns.get(caller, campaign_id)
    found = await engine.replies.find(caller, campaign_id, limit=SHOWN, cursor=cursor)
    counts = await engine.replies.counts(caller, campaign_id)
    return page(
        request,
        "campaigns/replies.html",
        campaign=view.campaign,
        found=found,
        counts=counts,
        cursor=cursor,
    )
