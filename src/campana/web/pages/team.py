"""The team: who is in the account, in which role, who is invited, and how owners look after each."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from campana.domain.accounts import Role, User
from campana.domain.errors import Conflict, InvalidInput, NotFound
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.pages.forms import REFUSALS, fields_of, refused
from campana.web.pages.settings import settings_page
from campana.web.rendering import see_other
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/team")

BLANK = {"email": "", "role": Role.OPERATOR.value}


@router.get("")
async def find(request: Request, engine: Engine, caller: Caller) -> Response:
    """Everybody, and the invitations that nobody has taken."""
    return await _team(request, engine, caller)


@router.post("/invitations")
async def invite(request: Request, engine: Engine, caller: Caller) -> Response:
    """Invite somebody. A link that is not mailed stands in the answer, and on no page after it."""
    given = BLANK | dict(await fields_of(request))
    try:
        link, handed = await engine.people.team.invite(caller, given["email"], _role(given["role"]))
    except REFUSALS as error:
        return await _team(request, engine, caller, given=given, **refused(error, beside="email"))
    if handed.mailed:
        told = Flash(marked("An invitation is on its way to %(email)s."), values={"email": link.email})
        return see_other(request, "/team", told)
    return await _team(request, engine, caller, invited=link, url=handed.url)


@router.post("/invitations/{invitation_id}/withdraw")
async def withdraw(request: Request, engine: Engine, caller: Caller, invitation_id: UUID) -> Response:
    """Its link is worthless from then on."""
    await engine.people.team.withdraw(caller, invitation_id)
    return see_other(request, "/team", Flash(marked("The invitation is withdrawn; its link is worthless.")))


@router.get("/{user_id}")
async def look(request: Request, engine: Engine, caller: Caller, user_id: UUID) -> Response:
    """One of the team, and what an owner can do for them."""
    return await _member(request, engine, caller, user_id)


@router.post("/{user_id}")
async def change_role(request: Request, engine: Engine, caller: Caller, user_id: UUID) -> Response:
    """Another role, which counts at once."""
    try:
        role = _role((await fields_of(request)).get("role", ""))
        user = await engine.people.team.change_role(caller, user_id, role)
    except REFUSALS as error:
        return await _member(request, engine, caller, user_id, **refused(error, beside="role"))
    told = Flash(marked("%(email)s has another role now."), values={"email": user.email})
    return see_other(request, "/settings/profile" if user_id == caller.user_id else "/team", told)


@router.post("/{user_id}/reset-link")
async def reset_link(request: Request, engine: Engine, caller: Caller, user_id: UUID) -> Response:
    """A link to set a new password; mailed, or shown this once."""
    handed = await engine.people.passwords.hand_out(caller, user_id)
    if handed.mailed:
        told = Flash(marked("A link to set a new password is on its way to them."))
        return see_other(request, f"/team/{user_id}", told)
    return await _member(request, engine, caller, user_id, url=handed.url)


@router.post("/{user_id}/second-factor-off")
async def turn_off_second_factor(request: Request, engine: Engine, caller: Caller, user_id: UUID) -> Response:
    """For somebody who has lost phone and recovery codes."""
    await engine.people.team.turn_off_second_factor(caller, user_id)
    told = Flash(marked("Their second factor is off; the password alone lets them in."), "warning")
    return see_other(request, f"/team/{user_id}", told)


@router.post("/{user_id}/remove")
async def remove(request: Request, engine: Engine, caller: Caller, user_id: UUID) -> Response:
    """With their keys and sessions, at once."""
    try:
        await engine.people.team.remove(caller, user_id)
    except Conflict as error:
        return await _member(request, engine, caller, user_id, **refused(error, beside="role"))
    if user_id == caller.user_id:
        return see_other(request, "/sign-in")
    return see_other(
        request, "/team", Flash(marked("They are out of the team, with their keys and sessions."))
    )


def _role(text: str) -> Role:
    """Raises InvalidInput for a word that is no role."""
    try:
        return Role(text)
    except ValueError:
        raise InvalidInput.of("role", "choose a role") from None


async def _team(request: Request, engine: Engine, caller: Caller, **context: Any) -> Response:
    shown: dict[str, Any] = {"given": BLANK, "problems": {}, "invited": None, "url": None}
    shown |= {
        "members": await engine.people.team.find(caller),
        "invitations": await engine.people.team.invitations(caller),
        "can_mail": engine.people.links.can_mail,
    }
    return settings_page(request, caller, "team/team.html", **(shown | context))


async def _member(
    request: Request, engine: Engine, caller: Caller, user_id: UUID, **context: Any
) -> Response:
    members = await engine.people.team.find(caller)
    user, second_factor = _one_of(members, user_id)
    owners = sum(each.role is Role.OWNER for each, _ in members)
    shown: dict[str, Any] = {
        "member": user,
        "second_factor": second_factor,
        "last_owner": user.role is Role.OWNER and owners == 1,
        "oneself": user.id == caller.user_id,
        "can_mail": engine.people.links.can_mail,
        "url": None,
        "problems": {},
    }
    return settings_page(request, caller, "team/member.html", **(shown | context))


def _one_of(members: Sequence[tuple[User, bool]], user_id: UUID) -> tuple[User, bool]:
    for user, second_factor in members:
        if user.id == user_id:
            return user, second_factor
    raise NotFound("there is no such person in the team")
