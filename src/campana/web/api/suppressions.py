"""/suppressions: the opt-outs."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from campana.domain.errors import InvalidInput
from campana.domain.permissions import Action, permit
from campana.domain.recipients import SuppressionSource
from campana.domain.times import as_utc
from campana.engine.ports import SuppressionFilter
from campana.web.api.messages import attachment
from campana.web.openapi import CSV, problems
from campana.web.schemas.common import Cursor, Items, Limit, Search, chosen
from campana.web.schemas.optouts import (
    SuppressionOut,
    SuppressionsAdded,
    SuppressionsImported,
    SuppressionsIn,
)
from campana.web.services import Caller, Engine
from campana.web.uploads import form_of, uploaded

router = APIRouter(prefix="/suppressions", tags=["opt-outs"])

_TEXTS = ("country", "reason", "phone_column", "sheet")
_FORM = form_of(
    reason={"type": "string", "description": "where a column `reason` of the file says nothing"},
    phone_column={"type": "string", "description": "its heading, where it is not found"},
    sheet={"type": "string", "description": "of a workbook; the first one otherwise"},
)


def _filter(
    q: Annotated[Search, Query(description="a part of the number or of the reason")] = "",
    source: Annotated[list[str], Query(description="one or several, also with commas")] = [],  # noqa: B006
    since: Annotated[AwareDatetime | None, Query(description="added at this time or later")] = None,
    before: Annotated[AwareDatetime | None, Query(description="added before this time")] = None,
) -> SuppressionFilter:
    sources = chosen(source, SuppressionSource, field="source")
    return SuppressionFilter(q, sources, _moment("since", since), _moment("before", before))


Which = Annotated[SuppressionFilter, Depends(_filter)]


@router.get("", summary="List opt-outs")
async def find(
    engine: Engine, caller: Caller, which: Which, limit: Limit = 50, cursor: Cursor = None
) -> Items[SuppressionOut]:
    """By number."""
    page = await engine.suppressions.find(caller, limit=limit, cursor=cursor, which=which)
    return Items[SuppressionOut].page(page, SuppressionOut.of)


@router.post("", summary="Add opt-outs", status_code=201, responses=problems(403, 413))
async def add(engine: Engine, caller: Caller, body: SuppressionsIn) -> SuppressionsAdded:
    """Messages to these numbers that have not left are skipped, in running campaigns too."""
    if (body.phone is None) == (body.phones is None):
        raise InvalidInput.of("phone", "give either phone or phones")
    phones = [body.phone] if body.phone is not None else body.phones or []
    try:
        added = await engine.suppressions.add(caller, phones, country=body.country, reason=body.reason)
    except InvalidInput as error:
        raise (_of_one(error) if body.phone is not None else error) from None
    return SuppressionsAdded.of(added)


@router.post(
    "/import",
    summary="Add opt-outs from a file",
    status_code=201,
    responses=problems(403, 413),
    openapi_extra=_FORM,
)
async def add_file(engine: Engine, caller: Caller, request: Request) -> SuppressionsImported:
    """Rows without a number are left out and told. An export can be imported again."""
    permit(caller, Action.SUPPRESS)
    async with uploaded(request, _TEXTS) as (file, texts):
        done = await engine.suppression_files.add_file(
            caller,
            file.file,
            country=texts["country"],
            reason=texts.get("reason", ""),
            phone_column=texts.get("phone_column"),
            sheet=texts.get("sheet"),
        )
    return SuppressionsImported.of(done)


@router.get("/export.csv", summary="Export opt-outs as CSV", response_class=StreamingResponse, responses=CSV)
async def export(engine: Engine, caller: Caller, which: Which) -> StreamingResponse:
    """Columns phone, reason, source, added_by, created_at; the filters of the list."""
    return attachment(await engine.suppressions.csv(caller, which), "opt-outs.csv")


@router.delete(
    "/{suppression_id}", summary="Remove an opt-out", status_code=204, responses=problems(403, 404)
)
async def remove(engine: Engine, caller: Caller, suppression_id: UUID) -> None:
    """The number may be messaged again."""
    await engine.suppressions.remove(caller, suppression_id)


def _moment(field: str, given: datetime | None) -> datetime | None:
    try:
        return as_utc(given) if given is not None else None
    except OverflowError:
        raise InvalidInput.of(field, "is outside of what a calendar can hold") from None


def _of_one(error: InvalidInput) -> InvalidInput:
    """The problems of the only number, under the name the caller used for it."""
    return InvalidInput(
        type(each)("phone" if each.field == "phones.0" else each.field, each.message)
        for each in error.problems
    )
