"""Pages behind one-time links: the first user, an invitation, a new password. Looking at one does not use it
up: mail programs look at every link."""

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask

from campana.domain.errors import Conflict, InvalidInput, NotFound
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.pages.forms import by_field, fields_of
from campana.web.pages.sign_in import SIGN_IN
from campana.web.rendering import page, see_other
from campana.web.services import Engine, Where

router = APIRouter()

_NOW_SIGN_IN = Flash(marked("That is done. Sign in with your new password."))


@router.get("/set-up")
async def set_up(request: Request, engine: Engine) -> Response:
    """Make the first user."""
    token = request.query_params.get("token", "")
    if not await engine.people.set_up.is_good(token):
        return _worthless(request)
    return page(request, "people/set_up.html", token=token, given={}, problems={})


@router.post("/set-up")
async def finish_set_up(request: Request, engine: Engine, where: Where) -> Response:
    """Owner of the account, and platform administrator."""
    fields = await fields_of(request)
    given = {name: fields.get(name, "") for name in ("account", "email", "password")}
    token = fields.get("token", "")
    try:
        await engine.people.set_up.finish(token, **given, visit=where)
    except InvalidInput as error:
        context: dict[str, Any] = {"token": token, "given": given, "problems": by_field(error)}
        return page(request, "people/set_up.html", status=422, **context)
    except (NotFound, Conflict):
        return _worthless(request)
    return see_other(request, SIGN_IN, _NOW_SIGN_IN)


@router.get("/invitation")
async def invitation(request: Request, engine: Engine) -> Response:
    """Choose a password, and join."""
    token = request.query_params.get("token", "")
    link = await engine.people.team.invited(token)
    if link is None:
        return _worthless(request)
    return page(request, "people/invitation.html", token=token, link=link, problems={})


@router.post("/invitation")
async def accept(request: Request, engine: Engine, where: Where) -> Response:
    """Somebody new in the team."""
    fields = await fields_of(request)
    token = fields.get("token", "")
    link = await engine.people.team.invited(token)
    try:
        await engine.people.team.accept(token, fields.get("password", ""), where)
    except InvalidInput as error:
        context: dict[str, Any] = {"token": token, "link": link, "problems": by_field(error)}
        return page(request, "people/invitation.html", status=422, **context)
    except NotFound:
        return _worthless(request)
    return see_other(request, SIGN_IN, _NOW_SIGN_IN)


@router.get("/reset")
async def reset(request: Request, engine: Engine) -> Response:
    """With a link: choose a new password. Without: ask for a link, or for somebody who makes one."""
    token = request.query_params.get("token", "")
    if not token:
        return page(request, "people/forgotten.html", can_mail=engine.people.links.can_mail, asked=False)
    if not await engine.people.passwords.is_good(token):
        return _worthless(request)
    return page(request, "people/reset.html", token=token, problems={})


@router.post("/reset")
async def set_new(request: Request, engine: Engine, where: Where) -> Response:
    """Take the new password; or, where there is no link yet, mail one to whoever has the address.

    The answer is the same and comes at once, whether somebody has it or not: the rest is done behind it.
    """
    fields = await fields_of(request)
    token = fields.get("token", "")
    if not token:
        answer = page(request, "people/forgotten.html", can_mail=engine.people.links.can_mail, asked=True)
        answer.background = BackgroundTask(
            engine.people.passwords.mail, fields.get("email", ""), where.address
        )
        return answer
    try:
        await engine.people.passwords.use(token, fields.get("password", ""), where)
    except InvalidInput as error:
        return page(request, "people/reset.html", status=422, token=token, problems=by_field(error))
    except NotFound:
        return _worthless(request)
    return see_other(request, SIGN_IN, _NOW_SIGN_IN)


def _worthless(request: Request) -> Response:
    return page(request, "people/worthless.html", status=404)
