"""/me: who one is, one's password and second factor."""

from fastapi import APIRouter, Response

from campana.web.openapi import problems
from campana.web.schemas.people import (
    CodeIn,
    EnrolmentOut,
    MeOut,
    PasswordChange,
    PasswordProof,
    RecoveryCodesOut,
)
from campana.web.services import Caller, Engine, Jar, Where

router = APIRouter(prefix="/me", tags=["people"])


@router.get("", summary="Who am I")
async def me(engine: Engine, caller: Caller) -> MeOut:
    """Whoever stands behind the key or the session."""
    factors = engine.people.second_factors
    return MeOut.of_caller(
        caller,
        second_factor=await factors.is_on(caller.user_id),
        recovery_codes=await factors.recovery_codes_left(caller.user_id),
    )


@router.post("/password", summary="Change my password", status_code=204, responses=problems(403, 413, 429))
async def change_password(
    engine: Engine, caller: Caller, where: Where, jar: Jar, body: PasswordChange
) -> Response:
    """Ends all other sessions; the one that asks goes on, with a new cookie."""
    token = await engine.people.passwords.change(caller, body.present_password, body.new_password, where)
    return jar.renewed(Response(status_code=204), token)


@router.post(
    "/second-factor",
    summary="Begin a second factor",
    status_code=201,
    responses=problems(403, 409, 413, 429),
)
async def begin(engine: Engine, caller: Caller, where: Where, body: PasswordProof) -> EnrolmentOut:
    """Give the secret to an authenticator app, and confirm with a code of it; until then nothing changes."""
    await engine.people.passwords.confirmed(caller, body.password, where)
    return EnrolmentOut.of(await engine.people.second_factors.begin(caller))


@router.post(
    "/second-factor/confirm",
    summary="Turn the second factor on",
    responses=problems(403, 409, 413),
)
async def confirm(
    engine: Engine, caller: Caller, where: Where, jar: Jar, *, response: Response, body: CodeIn
) -> RecoveryCodesOut:
    """Ends all other sessions; the one that asks goes on, with a new cookie."""
    on = await engine.people.second_factors.confirm(caller, body.code, where)
    jar.renewed(response, on.token)
    return RecoveryCodesOut(recovery_codes=list(on.recovery_codes))


@router.post(
    "/second-factor/recovery-codes",
    summary="Make new recovery codes",
    status_code=201,
    responses=problems(403, 404, 413, 429),
)
async def renew_codes(engine: Engine, caller: Caller, where: Where, body: PasswordProof) -> RecoveryCodesOut:
    """Ten new ones; those there were are worthless."""
    user = await engine.people.passwords.confirmed(caller, body.password, where)
    codes = await engine.people.second_factors.renew_recovery_codes(caller, user)
    return RecoveryCodesOut(recovery_codes=list(codes))


@router.post(
    "/second-factor/off",
    summary="Turn the second factor off",
    status_code=204,
    responses=problems(403, 404, 413, 429),
)
async def turn_off(engine: Engine, caller: Caller, where: Where, jar: Jar, body: PasswordProof) -> Response:
    """Ends all other sessions; the one that asks goes on, with a new cookie."""
    user = await engine.people.passwords.confirmed(caller, body.password, where)
    await engine.people.second_factors.turn_off(caller, user)
    token = await engine.people.sessions.renew(caller, user, where)
    return jar.renewed(Response(status_code=204), token)
