"""/team and /invitations: who is in the account, and how others join."""

from uuid import UUID

from fastapi import APIRouter

from campana.web.openapi import problems
from campana.web.schemas.common import Items
from campana.web.schemas.people import (
    HandedOut,
    InvitationIn,
    InvitationOut,
    MemberOut,
    NewInvitationOut,
    RoleIn,
)
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/team", tags=["people"])
invitations = APIRouter(prefix="/invitations", tags=["people"])


@router.get("", summary="List the team", responses=problems(403))
async def find(engine: Engine, caller: Caller) -> Items[MemberOut]:
    """Takes the role owner, as everything about the team does. Newest first."""
    found = await engine.people.team.find(caller)
    items = [MemberOut.of_user(user, second_factor=on) for user, on in found]
    return Items[MemberOut](items=items, next_cursor=None)


@router.patch("/{user_id}", summary="Change a role", responses=problems(403, 404, 409, 413))
async def change_role(engine: Engine, caller: Caller, user_id: UUID, body: RoleIn) -> MemberOut:
    """Ends the person's sessions. The last owner stays one: 409."""
    user = await engine.people.team.change_role(caller, user_id, body.role)
    return MemberOut.of_user(user, second_factor=await engine.people.second_factors.is_on(user.id))


@router.delete("/{user_id}", summary="Remove somebody", status_code=204, responses=problems(403, 404, 409))
async def remove(engine: Engine, caller: Caller, user_id: UUID) -> None:
    """With their keys and sessions, at once. The last owner stays: 409."""
    await engine.people.team.remove(caller, user_id)


@router.post(
    "/{user_id}/reset-link",
    summary="Make a link to set a new password",
    status_code=201,
    responses=problems(403, 404),
)
async def reset_link(engine: Engine, caller: Caller, user_id: UUID) -> HandedOut:
    """Good once, for a day. Mailed where mail is set up; else hand it out yourself."""
    return HandedOut.of(await engine.people.passwords.hand_out(caller, user_id))


@router.delete(
    "/{user_id}/second-factor",
    summary="Turn somebody's second factor off",
    status_code=204,
    responses=problems(403, 404),
)
async def turn_off_second_factor(engine: Engine, caller: Caller, user_id: UUID) -> None:
    """For somebody who has lost their phone and their recovery codes."""
    await engine.people.team.turn_off_second_factor(caller, user_id)


@invitations.get("", summary="List invitations", responses=problems(403))
async def find_invitations(engine: Engine, caller: Caller) -> Items[InvitationOut]:
    """Those that nobody has taken, newest first."""
    found = await engine.people.team.invitations(caller)
    return Items[InvitationOut](items=[InvitationOut.of(each) for each in found], next_cursor=None)


@invitations.post("", summary="Invite somebody", status_code=201, responses=problems(403, 409, 413))
async def invite(engine: Engine, caller: Caller, body: InvitationIn) -> NewInvitationOut:
    """Good once, for a week. Mailed where mail is set up; else hand the link out yourself."""
    return NewInvitationOut.of_link(*await engine.people.team.invite(caller, body.email, body.role))


@invitations.delete(
    "/{invitation_id}", summary="Withdraw an invitation", status_code=204, responses=problems(403, 404)
)
async def withdraw(engine: Engine, caller: Caller, invitation_id: UUID) -> None:
    """Its link is worthless from then on."""
    await engine.people.team.withdraw(caller, invitation_id)
