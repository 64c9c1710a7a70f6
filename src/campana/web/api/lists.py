"""/recipient-lists: upload, look, delete."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from campana.domain.consent import consent_of
from campana.domain.permissions import Action, permit
from campana.domain.recipients import RowProblem
from campana.engine.tables import csv_text, safe
from campana.web.api.messages import attachment
from campana.web.openapi import CHANGED, FOUND, problems
from campana.web.schemas.common import Cursor, Items, Limit
from campana.web.schemas.lists import ListOut, ListSummary
from campana.web.services import Caller, Engine
from campana.web.uploads import form_of, uploaded

router = APIRouter(prefix="/recipient-lists", tags=["recipient lists"])

_CONSENT = ("consent_source", "consent_at", "consent_note")
_TEXTS = ("country", "phone_column", "name_column", "sheet", *_CONSENT)
_FORM = form_of(
    phone_column={"type": "string", "description": "its heading, where it is not found"},
    name_column={"type": "string"},
    sheet={"type": "string", "description": "of a workbook; the first one otherwise"},
    consent_source={"type": "string", "description": "where the people agreed to be messaged"},
    consent_at={"type": "string", "format": "date", "description": "and when, if known"},
    consent_note={"type": "string", "description": "what else is known of it"},
)


@router.post("", summary="Upload a list", status_code=201, responses=problems(403, 413), openapi_extra=_FORM)
async def upload(engine: Engine, caller: Caller, request: Request) -> ListOut:
    """The file is checked as a whole; a refused one leaves nothing behind."""
    permit(caller, Action.UPLOAD)
    async with uploaded(request, _TEXTS) as (file, texts):
        consent = {name.removeprefix("consent_"): text for name, text in texts.items() if name in _CONSENT}
        made = await engine.imports.add_file(
            caller,
            file.filename or "",
            file.file,
            texts["country"],
            phone_column=texts.get("phone_column"),
            name_column=texts.get("name_column"),
            sheet=texts.get("sheet"),
            consent=consent_of(**consent),
        )
    return ListOut.of(await engine.lists.view(caller, made[0].id))


@router.get("", summary="List lists")
async def find(
    engine: Engine, caller: Caller, limit: Limit = 50, cursor: Cursor = None
) -> Items[ListSummary]:
    """Newest first; recipients given inline with a campaign are not among them."""
    page = await engine.lists.find(caller, limit=limit, cursor=cursor)
    return Items[ListSummary].page(page, ListSummary.of)


@router.get("/{list_id}", summary="Look at a list", responses=FOUND)
async def get(engine: Engine, caller: Caller, list_id: UUID) -> ListOut:
    """As it was answered at its upload."""
    return ListOut.of(await engine.lists.view(caller, list_id))


@router.delete("/{list_id}", summary="Delete a list", status_code=204, responses=CHANGED)
async def delete(engine: Engine, caller: Caller, list_id: UUID) -> None:
    """A list that a campaign uses stays: 409."""
    await engine.lists.delete(caller, list_id)


@router.get(
    "/{list_id}/problems.csv",
    summary="Every problem of a list as CSV",
    response_class=StreamingResponse,
    responses={
        **FOUND,
        200: {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
async def problems_csv(engine: Engine, caller: Caller, list_id: UUID) -> StreamingResponse:
    """Columns row, column, value, reason."""
    batches = await engine.lists.problems(caller, list_id)
    return attachment(_csv(batches), f"problems-{list_id}.csv")


async def _csv(batches: AsyncIterator[Sequence[RowProblem]]) -> AsyncIterator[bytes]:
    yield csv_text([("row", "column", "value", "reason")], first=True).encode()
    async for batch in batches:
        rows = [(each.row, safe(each.column), safe(each.value), each.reason) for each in batch]
        yield csv_text(rows).encode()
