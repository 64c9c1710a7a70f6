"""API keys: whose there are, a new one shown this once, and how to be rid of one."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from campana.domain.accounts import Scope
from campana.domain.errors import InvalidInput
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.pages.forms import REFUSALS, fields_of, refused
from campana.web.pages.settings import settings_page
from campana.web.rendering import see_other
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/settings/api-keys")

LIVES = {
    "30": marked("in 30 days"),
    "90": marked("in 90 days"),
    "365": marked("in a year"),
    "": marked("never"),
}
"""for how many days a key can be good"""
BLANK = {"name": "", "send": "", "manage": "", "days": "90"}


@router.get("")
async def find(request: Request, engine: Engine, caller: Caller) -> Response:
    """The keys of everybody in the account."""
    return await _keys(request, engine, caller)


@router.post("")
async def create(request: Request, engine: Engine, caller: Caller) -> Response:
    """A key of one's own; the answer is the only page that ever shows it."""
    given = BLANK | {"days": ""} | dict(await fields_of(request))
    scopes = {scope for scope in (Scope.SEND, Scope.MANAGE) if given[scope.value]}
    try:
        until = _until(request, given["days"])
        made = await engine.people.keys.create(caller, given["name"], scopes, until)
    except REFUSALS as error:
        return await _keys(request, engine, caller, given=given, **refused(error, beside="name"))
    return await _keys(request, engine, caller, made=made)


@router.post("/{key_id}/revoke")
async def revoke(request: Request, engine: Engine, caller: Caller, key_id: UUID) -> Response:
    """It is worthless at once."""
    await engine.people.keys.revoke(caller, key_id)
    return see_other(request, "/settings/api-keys", Flash(marked("The key is revoked.")))


async def _keys(request: Request, engine: Engine, caller: Caller, **context: Any) -> Response:
    shown: dict[str, Any] = {"given": BLANK, "problems": {}, "made": None, "lives": LIVES}
    shown |= {"keys": await engine.people.keys.find(caller), "base_url": str(request.base_url).rstrip("/")}
    return settings_page(request, caller, "settings/api_keys.html", **(shown | context))


def _until(request: Request, days: str) -> datetime | None:
    """When a key ends that is made now. Raises InvalidInput for a choice that is none."""
    if days not in LIVES:
        raise InvalidInput.of("days", "choose one of these")
    now: datetime = request.app.state.clock.now()
    return now + timedelta(days=int(days)) if days else None
