"""/suppressions: the opt-outs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from campana.domain.errors import InvalidInput
from campana.web.openapi import problems
from campana.web.schemas.common import Cursor, Items, Limit, Search
from campana.web.schemas.lists import SuppressionOut, SuppressionsAdded, SuppressionsIn
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/suppressions", tags=["opt-outs"])


@router.get("", summary="List opt-outs")
async def find(
    engine: Engine,
    caller: Caller,
    limit: Limit = 50,
    cursor: Cursor = None,
    q: Annotated[Search, Query(description="a part of the number")] = "",
) -> Items[SuppressionOut]:
    """By number."""
    page = await engine.suppressions.find(caller, limit=limit, cursor=cursor, q=q)
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


@router.delete(
    "/{suppression_id}", summary="Remove an opt-out", status_code=204, responses=problems(403, 404)
)
async def remove(engine: Engine, caller: Caller, suppression_id: UUID) -> None:
    """The number may be messaged again."""
    await engine.suppressions.remove(caller, suppression_id)


def _of_one(error: InvalidInput) -> InvalidInput:
    """The problems of the only number, under the name the caller used for it."""
    return InvalidInput(
        type(each)("phone" if each.field == "phones.0" else each.field, each.message)
        for each in error.problems
    )
