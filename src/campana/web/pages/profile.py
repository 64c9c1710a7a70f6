"""One's own profile: who one is, the password, and the browsers in which one is signed in."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from campana.web.devices import browser_of, system_of
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.pages.forms import REFUSALS, fields_of, refused
from campana.web.pages.settings import settings_page
from campana.web.rendering import see_other
from campana.web.services import Caller, Engine, Jar, Where

router = APIRouter(prefix="/settings/profile")

PROFILE = "/settings/profile"


@router.get("")
async def look(request: Request, engine: Engine, caller: Caller) -> Response:
    """Oneself, and the ways to change it."""
    return await _profile(request, engine, caller, problems={})


@router.post("/password")
async def change_password(
    request: Request, engine: Engine, caller: Caller, where: Where, jar: Jar
) -> Response:
    """Another password. All other sessions end; this one goes on with a new cookie."""
    fields = await fields_of(request)
    present, new = fields.get("present_password", ""), fields.get("new_password", "")
    try:
        token = await engine.people.passwords.change(caller, present, new, where)
    except REFUSALS as error:
        return await _profile(request, engine, caller, **refused(error, beside="present_password"))
    told = Flash(marked("Your password is changed, and your other sessions have ended."))
    return jar.renewed(see_other(request, PROFILE, told), token)


@router.post("/sessions/end-others")
async def end_others(request: Request, engine: Engine, caller: Caller) -> Response:
    """Sign out everywhere but here."""
    ended = await engine.people.sessions.end_others(caller)
    told = Flash(marked("Sessions ended: %(count)s. This one goes on."), values={"count": str(ended)})
    return see_other(request, PROFILE, told)


@router.post("/sessions/{session_id}/end")
async def end(request: Request, engine: Engine, caller: Caller, session_id: UUID) -> Response:
    """Sign out there."""
    await engine.people.sessions.end(caller, session_id)
    return see_other(request, PROFILE, Flash(marked("That session has ended.")))


async def _profile(request: Request, engine: Engine, caller: Caller, **context: Any) -> Response:
    sessions = await engine.people.sessions.find(caller)
    shown: dict[str, Any] = {
        "account": await engine.admin_access.get(caller),
        "second_factor": await engine.people.second_factors.is_on(caller.user_id),
        "codes_left": await engine.people.second_factors.recovery_codes_left(caller.user_id),
        "sessions": [(each, browser_of(each.device), system_of(each.device)) for each in sessions],
        "present": caller.came_with,
    }
    return settings_page(request, caller, "settings/profile.html", **(shown | context))
