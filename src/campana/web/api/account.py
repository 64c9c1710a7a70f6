"""/account: what the account decides about the people it messages."""

from fastapi import APIRouter

from campana.web.openapi import problems
from campana.web.schemas.account import AccountOut, AccountPatch
from campana.web.schemas.tenants import AdminAccessIn, StandingOut
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


@router.get("/standing", summary="Where the account stands")
async def standing(engine: Engine, caller: Caller) -> StandingOut:
    """The ceilings set for it, whether it is suspended, and how long administrators may look at it."""
    return StandingOut.of(await engine.admin_access.get(caller))


@router.post("/admin-access", summary="Let administrators in", responses=problems(403, 413))
async def let_in(engine: Engine, caller: Caller, body: AdminAccessIn) -> StandingOut:
    """For so many hours, administrators of this installation may read what a viewer may. Takes the role
    owner."""
    return StandingOut.of(await engine.admin_access.let_admins_in(caller, body.hours))


@router.delete("/admin-access", summary="Shut administrators out", responses=problems(403))
async def shut_out(engine: Engine, caller: Caller) -> StandingOut:
    """At once. Takes the role owner."""
    return StandingOut.of(await engine.admin_access.shut_admins_out(caller))
