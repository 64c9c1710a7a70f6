"""Settings, privacy: how long people's data are kept, what is held about a number, and its erasure."""

import json
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

router = APIRouter(prefix="/settings/privacy")

PRIVACY = "/settings/privacy"


@router.get("")
async def look(request: Request, engine: Engine, caller: Caller) -> Response:
    """The three forms."""
    return await _privacy(request, engine, caller)


@router.post("/retention")
async def retain(request: Request, engine: Engine, caller: Caller) -> Response:
    """Keep people's data so many days; nothing typed is for good."""
    typed = (await fields_of(request)).get("retention_days", "").strip()
    try:
        days = _days(typed)
        await engine.preferences.change(caller, {"retention_days": days})
    except InvalidInput as error:
        wrong = {"status": 422, "problems": by_field(error), "days": typed}
        return await _privacy(request, engine, caller, **wrong)
    if days is None:
        return see_other(request, PRIVACY, Flash(marked("People's data stay until somebody deletes them.")))
    told = marked("People's data are removed %(days)s days after the campaigns for them.")
    return see_other(request, PRIVACY, Flash(told, values={"days": str(days)}))


@router.post("/export")
async def export(request: Request, engine: Engine, caller: Caller) -> Response:
    """What is held about a number, as a file."""
    typed = await fields_of(request)
    try:
        number = typed.get("export_phone", "")
        found = await engine.privacy.export(caller, number, country=typed.get("export_country") or None)
    except InvalidInput as error:
        return await _privacy(request, engine, caller, status=422, problems=_beside("export", error))
    name = f'attachment; filename="held-{str(found["number"])[-4:]}.json"'
    text = json.dumps(found, ensure_ascii=False, indent=2)
    return Response(text, media_type="application/json", headers={"Content-Disposition": name})


@router.post("/erase")
async def erase(request: Request, engine: Engine, caller: Caller) -> Response:
    """Erase a number, once the person at the page has said that it is meant."""
    typed = await fields_of(request)
    try:
        if typed.get("sure") != "yes":
            raise InvalidInput.of("phone", "say that you mean it: what is erased cannot be brought back")
        number = typed.get("erase_phone", "")
        waits = await engine.privacy.erase(caller, number, country=typed.get("erase_country") or None)
    except InvalidInput as error:
        return await _privacy(request, engine, caller, status=422, problems=_beside("erase", error))
    if waits:
        told = marked("It gets no more messages. What is on its way just now is erased by itself afterwards.")
        return see_other(request, PRIVACY, Flash(told))
    return see_other(request, PRIVACY, Flash(marked("The number is erased.")))


async def _privacy(request: Request, engine: Engine, caller: Caller, **context: Any) -> Response:
    kept = (await engine.preferences.get(caller)).retention_days
    shown: dict[str, Any] = {
        "days": kept or "",
        "problems": {},
        "may_rule": may(caller, Action.ACCOUNT),
        "may_erase": may(caller, Action.PRIVACY),
    }
    return settings_page(request, caller, "settings/privacy.html", **(shown | context))


def _days(typed: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 10):
        raise InvalidInput.of("retention_days", "must be a whole number of days, or empty")
    return int(typed)


def _beside(form: str, error: InvalidInput) -> dict[str, str]:
    return {f"{form}_{field}": message for field, message in by_field(error).items()}
