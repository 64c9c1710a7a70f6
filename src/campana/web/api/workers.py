"""/workers: who sends, for platform administrators."""

from fastapi import APIRouter

from campana.web.openapi import problems
from campana.web.schemas.workers import RosterOut
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/workers", tags=["workers"], responses=problems(403))


@router.get("", summary="See who sends")
async def look(engine: Engine, caller: Caller) -> RosterOut:
    """Every worker with its lanes, its rate and its last heartbeat, and lanes that nobody holds.

    Takes a platform administrator.
    """
    return RosterOut.of(await engine.rosters.find(caller))
