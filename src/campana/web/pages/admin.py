"""Administration: what pages share, who sends, the installation's own trail, and looking into accounts."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from campana.domain.errors import InvalidInput
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.pages.audit import SHOWN, Wanted, context_of
from campana.web.pages.forms import by_field
from campana.web.rendering import page, see_other
from campana.web.schemas.common import Cursor
from campana.web.services import Caller, Engine, Jar

router = APIRouter(prefix="/admin")

ACCOUNTS = "/admin/accounts"


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the administration."""

    path: str
    name: str


TABS = (
    Tab(ACCOUNTS, marked("Accounts")),
    Tab("/admin/workers", marked("Workers")),
    Tab("/admin/trail", marked("The installation's trail")),
)


@router.get("")
async def admin(request: Request) -> Response:
    """To the accounts."""
    return see_other(request, ACCOUNTS)


@router.get("/workers")
async def workers(request: Request, engine: Engine, caller: Caller) -> Response:
    """Who sends, for which lanes, how fast, and when each was heard of last."""
    roster = await engine.rosters.find(caller)
    return admin_page(request, "admin/workers.html", roster=roster, names=await engine.rosters.names(roster))


@router.get("/trail")
async def trail(
    request: Request, engine: Engine, caller: Caller, asked: Wanted, cursor: Cursor = None
) -> Response:
    """What belongs to no account, newest first."""
    try:
        query = asked.query(request)
    except InvalidInput as error:
        context = context_of(asked, problems=by_field(error))
        return admin_page(request, "admin/trail.html", status=422, **context)
    found = await engine.tenants.trail(caller, query, limit=SHOWN, cursor=cursor)
    return admin_page(request, "admin/trail.html", **context_of(asked, found=found, cursor=cursor))


@router.post("/accounts/{account_id}/enter")
async def enter(request: Request, engine: Engine, caller: Caller, jar: Jar, account_id: UUID) -> Response:
    """Look into an account whose owners allow it: this browser shows it, to read, for an hour at most."""
    await engine.tenants.enter(caller, account_id)
    answer = see_other(request, "/")
    jar.put(answer, "account", str(account_id))
    return answer


@router.post("/leave")
async def leave(request: Request, jar: Jar) -> Response:
    """Back to one's own account."""
    answer = see_other(request, ACCOUNTS, Flash(marked("You look at your own account again.")))
    jar.drop(answer, "account")
    return answer


def admin_page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page of the administration, with the ways to the others."""
    return page(request, template, status=status, tabs=TABS, **context)
