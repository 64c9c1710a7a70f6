"""The account's place in this installation: its ceilings, and whether administrators may look at it."""

from typing import Any

from fastapi import APIRouter, Request, Response

from campana.domain.errors import InvalidInput
from campana.domain.permissions import Action, may
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.pages.forms import by_field, fields_of
from campana.web.pages.settings import settings_page
from campana.web.rendering import see_other
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/settings/account")

ACCOUNT = "/settings/account"
HOURS = (
    (1, marked("for an hour")),
    (24, marked("for a day")),
    (72, marked("for three days")),
    (168, marked("for a week")),
)


@router.get("")
async def look(request: Request, engine: Engine, caller: Caller) -> Response:
    """How the account stands."""
    return await _account(request, engine, caller, problems={})


@router.post("/admin-access")
async def let_in(request: Request, engine: Engine, caller: Caller) -> Response:
    """Let administrators look, for some hours."""
    hours = (await fields_of(request)).get("hours", "")
    try:
        await engine.admin_access.let_admins_in(caller, int(hours) if hours.isdecimal() else 0)
    except InvalidInput as error:
        return await _account(request, engine, caller, status=422, problems=by_field(error))
    return see_other(request, ACCOUNT, Flash(marked("Administrators may look at this account now.")))


@router.post("/admin-access/end")
async def shut_out(request: Request, engine: Engine, caller: Caller) -> Response:
    """End that, at once."""
    await engine.admin_access.shut_admins_out(caller)
    return see_other(request, ACCOUNT, Flash(marked("Administrators see nothing of this account any more.")))


async def _account(request: Request, engine: Engine, caller: Caller, **context: Any) -> Response:
    account = await engine.admin_access.get(caller)
    shown: dict[str, Any] = {
        "account": account,
        "let_in": account.lets_admins_in(request.app.state.clock.now()),
        "may_change": may(caller, Action.ACCOUNT),
        "hours": HOURS,
    }
    return settings_page(request, caller, "settings/account.html", **(shown | context))
