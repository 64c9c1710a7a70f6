"""/audit: who did what, for owners."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from campana.domain.errors import InvalidInput
from campana.domain.times import as_utc
from campana.engine.ports import AuditQuery
from campana.web.api.messages import attachment
from campana.web.openapi import problems
from campana.web.schemas.audit import AuditEntryOut
from campana.web.schemas.common import Cursor, Items, Limit, Search
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/audit", tags=["audit"], responses=problems(403))


def wanted(
    *,
    action: Annotated[Search, Query(description="`campaign.paused`, or `campaign` for all of the kind")] = "",
    user: Annotated[Search, Query(description="a part of who did it")] = "",
    q: Annotated[Search, Query(description="a part of the name of what it was done to")] = "",
    since: Annotated[datetime | None, Query(description="from then on, with an offset")] = None,
    until: Annotated[datetime | None, Query(description="before then, with an offset")] = None,
) -> AuditQuery:
    """Which entries the caller wants. Raises InvalidInput for a time without an offset."""
    return AuditQuery(action, user, q, _moment("since", since), _moment("until", until))


Wanted = Annotated[AuditQuery, Depends(wanted)]


@router.get("", summary="Read the audit trail")
async def find(
    engine: Engine, caller: Caller, query: Wanted, limit: Limit = 50, cursor: Cursor = None
) -> Items[AuditEntryOut]:
    """Newest first. Takes the role owner."""
    page = await engine.audit.find(caller, query, limit=limit, cursor=cursor)
    return Items[AuditEntryOut].page(page, AuditEntryOut.of)


@router.get(
    "/export.csv",
    summary="The audit trail as CSV",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def export_csv(engine: Engine, caller: Caller, query: Wanted) -> StreamingResponse:
    """What `GET /audit` shows, all of it; the export itself is noted too."""
    return attachment(await engine.audit.csv(caller, query), f"audit-{caller.account_id}.csv")


def _moment(field: str, moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise InvalidInput.of(field, "the time has no offset; add one, like +05:30, or Z for UTC")
    try:
        return as_utc(moment)
    except OverflowError:
        raise InvalidInput.of(field, "the time is outside of what a calendar can hold") from None
