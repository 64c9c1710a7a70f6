"""The second factor: turned on in two steps, with recovery codes that are shown once, and off again."""

import re
from typing import Any

from fastapi import APIRouter, Request, Response

from campana.domain.errors import Conflict, NotFound
from campana.engine.people.second_factor import enrolment
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.pages.forms import REFUSALS, fields_of, refused
from campana.web.pages.settings import settings_page
from campana.web.rendering import see_other
from campana.web.services import Caller, Engine, Jar, Where

router = APIRouter(prefix="/settings/profile/second-factor")

SECOND_FACTOR = "/settings/profile/second-factor"
_SECRET = re.compile("[A-Z2-7]{16,64}")


@router.get("")
async def look(request: Request, engine: Engine, caller: Caller) -> Response:
    """Whether it is on, and the first step to change that."""
    return await _standing(request, engine, caller, problems={})


@router.post("")
async def begin(request: Request, engine: Engine, caller: Caller, where: Where) -> Response:
    """A secret for the authenticator app; nothing changes before a code of it has come."""
    fields = await fields_of(request)
    try:
        await engine.people.passwords.confirmed(caller, fields.get("password", ""), where)
        begun = await engine.people.second_factors.begin(caller)
    except REFUSALS as error:
        return await _standing(request, engine, caller, **refused(error, beside="password"))
    return settings_page(request, caller, "settings/second_factor_begin.html", begun=begun, problems={})


@router.post("/confirm")
async def confirm(request: Request, engine: Engine, caller: Caller, where: Where, jar: Jar) -> Response:
    """Turn it on. Where the code is wrong, the secret that the form sent back is shown as before."""
    fields = await fields_of(request)
    secret = fields.get("secret", "")
    try:
        on = await engine.people.second_factors.confirm(caller, fields.get("code", ""), where)
    except REFUSALS as error:
        if isinstance(error, Conflict) or not _SECRET.fullmatch(secret):
            return see_other(
                request, SECOND_FACTOR, Flash(marked("Begin anew: the steps were too far apart."), "warning")
            )
        context = refused(error, beside="code") | {"begun": enrolment(caller.email, secret)}
        return settings_page(request, caller, "settings/second_factor_begin.html", **context)
    answer = settings_page(request, caller, "settings/recovery_codes.html", codes=on.recovery_codes, new=True)
    return jar.renewed(answer, on.token)


@router.post("/recovery-codes")
async def renew_codes(request: Request, engine: Engine, caller: Caller, where: Where) -> Response:
    """Ten new ones; those there were are worthless."""
    fields = await fields_of(request)
    try:
        user = await engine.people.passwords.confirmed(caller, fields.get("password", ""), where)
        codes = await engine.people.second_factors.renew_recovery_codes(caller, user)
    except NotFound:
        return see_other(request, SECOND_FACTOR)
    except REFUSALS as error:
        return await _standing(request, engine, caller, **refused(error, beside="password"))
    return settings_page(request, caller, "settings/recovery_codes.html", codes=codes, new=False)


@router.post("/off")
async def turn_off(request: Request, engine: Engine, caller: Caller, where: Where, jar: Jar) -> Response:
    """Back to the password alone. All other sessions end."""
    fields = await fields_of(request)
    try:
        user = await engine.people.passwords.confirmed(caller, fields.get("password", ""), where)
        await engine.people.second_factors.turn_off(caller, user)
    except NotFound:
        return see_other(request, SECOND_FACTOR)
    except REFUSALS as error:
        return await _standing(request, engine, caller, **refused(error, beside="password"))
    token = await engine.people.sessions.renew(caller, user, where)
    told = Flash(marked("The second factor is off: signing in takes your password alone."), "warning")
    return jar.renewed(see_other(request, SECOND_FACTOR, told), token)


async def _standing(request: Request, engine: Engine, caller: Caller, **context: Any) -> Response:
    factors = engine.people.second_factors
    is_on = await factors.is_on(caller.user_id)
    left = await factors.recovery_codes_left(caller.user_id)
    return settings_page(
        request, caller, "settings/second_factor.html", is_on=is_on, codes_left=left, **context
    )
