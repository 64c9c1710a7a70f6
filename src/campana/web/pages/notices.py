"""Settings, notices: who is told when something is wrong, and whether it gets there."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from campana.domain.permissions import Action, may
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.pages.forms import REFUSALS, fields_of, refused
from campana.web.pages.settings import settings_page
from campana.web.rendering import see_other
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/settings/notices")

PAGE = "/settings/notices"
BLANK = {"address": "", "whole": False}


@router.get("")
async def find(request: Request, engine: Engine, caller: Caller) -> Response:
    """All addresses, and a form for another one."""
    return await _all(request, engine, caller)


@router.post("")
async def add(request: Request, engine: Engine, caller: Caller) -> Response:
    """A new one."""
    given = await fields_of(request)
    address, whole = given.get("address", ""), given.get("whole") == "yes"
    try:
        await engine.notices.add(caller, address, whole=whole)
    except REFUSALS as error:
        shown = {"address": address, "whole": whole}
        return await _all(request, engine, caller, given=shown, **refused(error, beside="address"))
    return see_other(request, PAGE, Flash(marked("Added. Send a test to see whether it gets there.")))


@router.post("/{address_id}/test")
async def test(request: Request, engine: Engine, caller: Caller, address_id: UUID) -> Response:
    """Send a test, and say how it went."""
    problem = await engine.notices.try_out(caller, address_id)
    if problem:
        return await _all(request, engine, caller, failed=(address_id, problem))
    return see_other(request, PAGE, Flash(marked("The test was taken; it should be there in a moment.")))


@router.post("/{address_id}/switch")
async def switch(request: Request, engine: Engine, caller: Caller, address_id: UUID) -> Response:
    """On where it is off, off where it is on."""
    wanted = (await fields_of(request)).get("enabled") == "yes"
    await engine.notices.switch(caller, address_id, enabled=wanted)
    told = marked("The address is on.") if wanted else marked("The address is off.")
    return see_other(request, PAGE, Flash(told))


@router.post("/{address_id}/remove")
async def remove(request: Request, engine: Engine, caller: Caller, address_id: UUID) -> Response:
    """Gone."""
    await engine.notices.remove(caller, address_id)
    return see_other(request, PAGE, Flash(marked("The address is removed.")))


async def _all(request: Request, engine: Engine, caller: Caller, **context: Any) -> Response:
    shown: dict[str, Any] = {"given": BLANK, "problems": {}, "failed": None}
    shown |= {"addresses": await engine.notices.find(caller), "may_have_whole": may(caller, Action.ADMIN)}
    return settings_page(request, caller, "settings/notices.html", **(shown | context))
