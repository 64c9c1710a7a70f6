"""/privacy: what is held about a number, and its erasure."""

from typing import Any

from fastapi import APIRouter

from campana.web.openapi import problems
from campana.web.schemas.privacy import ErasureOut, PersonIn
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/privacy", tags=["privacy"])


@router.post("/export", summary="Hand out what is held about a number", responses=problems(403, 413))
async def export(engine: Engine, caller: Caller, body: PersonIn) -> dict[str, Any]:
    """Everything the account holds, by the places where it lies. Takes the role owner."""
    return dict(await engine.privacy.export(caller, body.phone, country=body.country))


@router.post("/erase", summary="Erase a number everywhere", responses=problems(403, 413))
async def erase(engine: Engine, caller: Caller, body: PersonIn) -> ErasureOut:
    """For good, and it gets no message any more; states, times and counts of campaigns stay. Safe to repeat.
    Takes the role owner."""
    return ErasureOut.of(await engine.privacy.erase(caller, body.phone, country=body.country))
