"""/sessions: the browsers in which one is signed in."""

from uuid import UUID

from fastapi import APIRouter

from campana.web.openapi import problems
from campana.web.schemas.common import Items
from campana.web.schemas.people import EndedOut, SessionOut
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/sessions", tags=["people"])


@router.get("", summary="List my sessions", responses=problems(403))
async def find(engine: Engine, caller: Caller) -> Items[SessionOut]:
    """Last seen first."""
    found = await engine.people.sessions.find(caller)
    return Items[SessionOut](items=[SessionOut.seen_by(caller, each) for each in found], next_cursor=None)


@router.delete("", summary="End my other sessions", responses=problems(403))
async def end_others(engine: Engine, caller: Caller) -> EndedOut:
    """All but the one that asks."""
    return EndedOut(ended=await engine.people.sessions.end_others(caller))


@router.delete(
    "/{session_id}", summary="End one of my sessions", status_code=204, responses=problems(403, 404)
)
async def end(engine: Engine, caller: Caller, session_id: UUID) -> None:
    """At once: its next request is refused."""
    await engine.people.sessions.end(caller, session_id)
