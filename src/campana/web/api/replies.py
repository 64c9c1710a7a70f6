"""/campaigns/{id}/replies: what people answered."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from campana.web.api.messages import attachment
from campana.web.openapi import CSV, FOUND
from campana.web.schemas.common import Cursor, Items, Limit
from campana.web.schemas.optouts import ReplyOut
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/campaigns", tags=["replies"], responses=FOUND)


@router.get("/{campaign_id}/replies", summary="List replies")
async def find(
    engine: Engine, caller: Caller, campaign_id: UUID, limit: Limit = 50, cursor: Cursor = None
) -> Items[ReplyOut]:
    """Newest first."""
    page = await engine.replies.find(caller, campaign_id, limit=limit, cursor=cursor)
    return Items[ReplyOut].page(page, ReplyOut.of)


@router.get(
    "/{campaign_id}/replies.csv",
    summary="Export replies as CSV",
    response_class=StreamingResponse,
    responses=CSV,
)
async def export(engine: Engine, caller: Caller, campaign_id: UUID) -> StreamingResponse:
    """Columns at, phone, name, text, is_button, wish."""
    return attachment(await engine.replies.csv(caller, campaign_id), f"replies-{campaign_id}.csv")
