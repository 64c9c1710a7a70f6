"""/admin: accounts, for administrators of the installation."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from campana.web.api.audit import Wanted
from campana.web.openapi import CHANGED, problems
from campana.web.schemas.audit import AuditEntryOut
from campana.web.schemas.common import Cursor, Items, Limit
from campana.web.schemas.people import HandedOut
from campana.web.schemas.tenants import (
    OpenedOut,
    OwnerInvitationIn,
    StandingOut,
    SuspensionIn,
    TenantIn,
    TenantPatch,
    TenantUsageOut,
)
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/admin", tags=["administration"], responses=problems(403))

Days = Annotated[int, Query(ge=1, le=366, description="how many days back, today included")]


@router.get("/accounts", summary="List accounts")
async def find(engine: Engine, caller: Caller) -> Items[StandingOut]:
    """All of them, newest first."""
    accounts = await engine.tenants.find(caller)
    return Items[StandingOut](items=[StandingOut.of(account) for account in accounts], next_cursor=None)


@router.post("/accounts", summary="Create an account", status_code=201, responses=problems(409, 413))
async def create(engine: Engine, caller: Caller, body: TenantIn) -> OpenedOut:
    """With ceilings, or without. With `owner_email` its first owner is invited: the link is mailed where mail
    is set up, else it stands in this answer and nowhere else."""
    account, handed = await engine.tenants.create(caller, body.request(), body.owner_email.strip())
    return OpenedOut.opened(account, handed)


@router.post(
    "/accounts/{account_id}/owner-invitation",
    summary="Invite the first owner",
    status_code=201,
    responses=CHANGED,
)
async def invite_owner(
    engine: Engine, caller: Caller, account_id: UUID, body: OwnerInvitationIn
) -> HandedOut:
    """For an account that has none, as when the link was lost; one from before is worthless then."""
    return HandedOut.of(await engine.tenants.invite_owner(caller, account_id, body.owner_email))


@router.get("/accounts/{account_id}", summary="Look at an account", responses=problems(404))
async def get(engine: Engine, caller: Caller, account_id: UUID) -> StandingOut:
    """Its ceilings and its state."""
    return StandingOut.of(await engine.tenants.get(caller, account_id))


@router.patch("/accounts/{account_id}", summary="Change an account", responses=CHANGED)
async def change(engine: Engine, caller: Caller, account_id: UUID, body: TenantPatch) -> StandingOut:
    """Name and ceilings; a ceiling of null takes it away. Counts within a second, for running campaigns
    too."""
    return StandingOut.of(await engine.tenants.change(caller, account_id, body.request()))


@router.post("/accounts/{account_id}/suspend", summary="Suspend an account", responses=CHANGED)
async def suspend(engine: Engine, caller: Caller, account_id: UUID, body: SuspensionIn) -> StandingOut:
    """What runs or is scheduled pauses; nothing of the account leaves more than a second after the answer."""
    return StandingOut.of(await engine.tenants.suspend(caller, account_id, body.reason))


@router.post("/accounts/{account_id}/reinstate", summary="Reinstate an account", responses=CHANGED)
async def reinstate(engine: Engine, caller: Caller, account_id: UUID) -> StandingOut:
    """Its campaigns stay paused until somebody of it resumes them."""
    return StandingOut.of(await engine.tenants.reinstate(caller, account_id))


@router.get("/accounts/{account_id}/usage", summary="How much an account sends", responses=problems(404))
async def usage(engine: Engine, caller: Caller, account_id: UUID, days: Days = 30) -> TenantUsageOut:
    """Messages a day, and how many senders, users and campaigns it has; nothing of recipients."""
    return TenantUsageOut.of(await engine.tenants.usage(caller, account_id, days=days))


@router.get("/audit", summary="The installation's own audit trail")
async def trail(
    engine: Engine, caller: Caller, query: Wanted, limit: Limit = 50, cursor: Cursor = None
) -> Items[AuditEntryOut]:
    """What belongs to no account, newest first."""
    page = await engine.tenants.trail(caller, query, limit=limit, cursor=cursor)
    return Items[AuditEntryOut].page(page, AuditEntryOut.of)
