"""/recipient-lists: upload, look, delete."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.datastructures import FormData, UploadFile

from campana.domain.errors import FieldProblem, InvalidInput
from campana.domain.permissions import Action, permit
from campana.domain.recipients import RowProblem
from campana.engine.tables import csv_text, safe
from campana.web.api.messages import attachment
from campana.web.openapi import CHANGED, FOUND, problems
from campana.web.schemas.common import Cursor, Items, Limit
from campana.web.schemas.lists import ListOut, ListSummary
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/recipient-lists", tags=["recipient lists"])

_TEXTS = ("country", "phone_column", "name_column", "sheet")
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "country"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": ".xlsx, .xls or .csv"},
                        "country": {
                            "type": "string",
                            "examples": ["IN"],
                            "description": "ISO 3166 code for numbers without a country code",
                        },
                        "phone_column": {
                            "type": "string",
                            "description": "its heading, where it is not found",
                        },
                        "name_column": {"type": "string"},
                        "sheet": {"type": "string", "description": "of a workbook; the first one otherwise"},
                    },
                }
            }
        },
    }
}


@router.post("", summary="Upload a list", status_code=201, responses=problems(403, 413), openapi_extra=_FORM)
async def upload(engine: Engine, caller: Caller, request: Request) -> ListOut:
    """The file is checked as a whole; a refused one leaves nothing behind."""
    # The form is read by hand and only now: nobody who may not upload gets to send a hundred megabytes first.
    permit(caller, Action.UPLOAD)
    async with request.form(max_files=1, max_fields=10) as form:
        file, texts = _parts(form)
        made = await engine.imports.add_file(
            caller,
            file.filename or "",
            file.file,
            texts["country"],
            phone_column=texts.get("phone_column"),
            name_column=texts.get("name_column"),
            sheet=texts.get("sheet"),
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


def _parts(form: FormData) -> tuple[UploadFile, dict[str, str]]:
    """The file and the texts beside it. Raises InvalidInput for what is missing or not known."""
    wrong = [
        FieldProblem(name[:60], "is not known here; check its spelling")
        for name in form
        if name not in ("file", *_TEXTS)
    ]
    file = form.get("file")
    texts = {
        name: text.strip() for name in _TEXTS if isinstance(text := form.get(name), str) and text.strip()
    }
    if "country" not in texts:
        wrong.append(
            FieldProblem("country", "is missing; give the numbers' two-letter country code, like IN")
        )
    if wrong or not isinstance(file, UploadFile):
        missing = [] if isinstance(file, UploadFile) else [FieldProblem("file", "is missing")]
        raise InvalidInput([*missing, *wrong])
    return file, texts
