"""Live progress, as server-sent events: of one campaign, or of all that run."""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from campana.engine.ports import CampaignView
from campana.web.openapi import FOUND
from campana.web.schemas.campaigns import ProgressOut
from campana.web.services import Caller, Engine

router = APIRouter(tags=["messages"])

ALIVE_S = 15.0
MOST_S = 900.0
"""for so long at most: whoever comes back is asked again who it is, as a session may have ended meanwhile"""
RECONNECT = "retry: 1000\n\n"
"""how many milliseconds a browser waits before it comes back after a dropped line"""
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"model": ProgressOut, "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}


@router.get(
    "/campaigns/{campaign_id}/events",
    summary="Watch progress",
    response_class=StreamingResponse,
    responses={**FOUND, **STREAM},
)
async def of_campaign(engine: Engine, caller: Caller, campaign_id: UUID) -> StreamingResponse:
    """Server-sent events `progress`: at once, and within half a second of each change. Ends a while after the
    campaign did."""
    view = await engine.campaigns.get(caller, campaign_id)
    return _stream(engine.hub.watch(view, alive_s=ALIVE_S))


@router.get("/events", summary="Watch all that runs", response_class=StreamingResponse, responses=STREAM)
async def of_account(engine: Engine, caller: Caller) -> StreamingResponse:
    """Server-sent events `progress` of every campaign of the account that is PROCESSING, and for a minute
    after it came to rest, over one connection that stays open."""
    return _stream(engine.hub.watch_account(caller.account_id, alive_s=ALIVE_S))


def _stream(views: AsyncGenerator[CampaignView | None]) -> StreamingResponse:
    return StreamingResponse(
        _events(views), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def _events(views: AsyncGenerator[CampaignView | None]) -> AsyncIterator[str]:
    ends_at = time.monotonic() + MOST_S
    yield RECONNECT
    async with aclosing(views):
        async for view in views:
            if view is None:
                yield ": still here\n\n"
            else:
                yield f"event: progress\ndata: {ProgressOut.of(view).model_dump_json()}\n\n"
            if time.monotonic() > ends_at:
                return
