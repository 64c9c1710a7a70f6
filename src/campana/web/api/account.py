"""/account: what the account decides about the people it messages."""

from fastapi import APIRouter

from campana.web.openapi import problems
from campana.web.schemas.account import AccountOut, AccountPatch
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/account", tags=["account"])


@router.get("", summary="Look at the account's preferences")
async def get(engine: Engine, caller: Caller) -> AccountOut:
    """Its own words for stop and start, how often it messages a person, and what becomes of unreachable
    numbers."""
    return AccountOut.of(await engine.preferences.get(caller))


@router.patch("", summary="Change the account's preferences", responses=problems(403, 413))
async def change(engine: Engine, caller: Caller, body: AccountPatch) -> AccountOut:
    """What is named; a list of words replaces the former one. Running campaigns go by it at once."""
    return AccountOut.of(await engine.preferences.change(caller, body.changes()))
