"""/campaigns/{id}/…: messages, exports."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from campana.domain.messages import MessageStatus
from campana.web.openapi import FOUND
from campana.web.schemas.common import Cursor, Items, Search, chosen
from campana.web.schemas.messages import MessageOut
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/campaigns", tags=["messages"], responses=FOUND)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Chosen = Annotated[list[str], Query(alias="status", description="one or several, also with commas")]
Many = Annotated[int, Query(ge=1, le=1000, description="how many items at most")]


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}}


@router.get("/{campaign_id}/messages", summary="List messages")
async def messages(
    engine: Engine,
    caller: Caller,
    campaign_id: UUID,
    *,
    limit: Many = 50,
    cursor: Cursor = None,
    status: Chosen = [],  # noqa: B006
    q: Annotated[Search, Query(description="part of the phone, or the beginning of the name")] = "",
) -> Items[MessageOut]:
    """In the order of the list's rows."""
    page = await engine.reports.messages(
        caller, campaign_id, limit=limit, cursor=cursor, statuses=chosen(status, MessageStatus), q=q
    )
    return Items[MessageOut].page(page, MessageOut.of)


@router.get(
    "/{campaign_id}/export.csv",
    summary="Export messages as CSV",
    response_class=StreamingResponse,
    responses=_file("text/csv"),
)
async def export_csv(
    engine: Engine,
    caller: Caller,
    campaign_id: UUID,
    status: Chosen = [],  # noqa: B006
) -> StreamingResponse:
    """UTF-8 with a byte order mark; texts that a spreadsheet would run as formulas begin with an
    apostrophe."""
    pieces = await engine.reports.csv(caller, campaign_id, statuses=chosen(status, MessageStatus))
    return attachment(pieces, f"campaign-{campaign_id}.csv")


@router.get(
    "/{campaign_id}/export.xlsx",
    summary="Export messages as an Excel workbook",
    response_class=FileResponse,
    responses=_file(XLSX),
)
async def export_xlsx(
    engine: Engine,
    caller: Caller,
    request: Request,
    campaign_id: UUID,
    status: Chosen = [],  # noqa: B006
) -> FileResponse:
    """Times are UTC dates. A million rows take about a minute before the first byte."""
    with ExitStack() as stack:
        place = request.app.state.work_dir
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="campana-export-", dir=place))
        path = Path(folder) / "messages.xlsx"
        await engine.reports.xlsx(caller, campaign_id, path, statuses=chosen(status, MessageStatus))
        until_sent = stack.pop_all()
    return FileResponse(
        path,
        media_type=XLSX,
        filename=f"campaign-{campaign_id}.xlsx",
        background=BackgroundTask(until_sent.close),
    )


def attachment(pieces: AsyncIterator[bytes], filename: str) -> StreamingResponse:
    """A CSV file on its way, whose whole is never in memory."""
    return StreamingResponse(
        pieces,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )
