"""Signing in, with a second step where there is one, and out."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from campana.domain.errors import NotSignedIn, TooManyAttempts
from campana.engine.people.signing_in import SignedIn
from campana.web.navigation import marked
from campana.web.next_page import local
from campana.web.pages.forms import fields_of
from campana.web.rendering import page, see_other
from campana.web.scope import PRINCIPAL
from campana.web.services import Caller, Engine, Jar, Where

router = APIRouter()

SIGN_IN = "/sign-in"
CODE = "/sign-in/code"
_WRONG = marked("E-mail address or password is not right.")


@router.get(SIGN_IN)
async def sign_in(request: Request, engine: Engine) -> Response:
    """The form; whoever is signed in goes on."""
    wanted = local(request.query_params.get("next"))
    if PRINCIPAL in request.scope:
        return see_other(request, wanted)
    return await _form(request, engine, wanted)


@router.post(SIGN_IN)
async def with_password(request: Request, engine: Engine, jar: Jar, where: Where) -> Response:
    """The first step."""
    fields = await fields_of(request)
    wanted, email = local(fields.get("next")), fields.get("email", "")
    try:
        signed = await engine.people.signing_in.with_password(email, fields.get("password", ""), where)
    except NotSignedIn:
        return await _form(request, engine, wanted, email=email, wrong=_WRONG, status=422)
    except TooManyAttempts as error:
        return await _form(request, engine, wanted, email=email, wait=error)
    if signed.second_step:
        answer = see_other(request, f"{CODE}?{urlencode({'next': wanted})}")
        jar.put(answer, "second_step", signed.token)
        return answer
    return _signed_in(request, jar, signed, wanted)


@router.get(CODE)
async def code(request: Request) -> Response:
    """The form of the second step."""
    return page(
        request, "people/code.html", wanted=local(request.query_params.get("next")), wrong="", wait_s=0
    )


@router.post(CODE)
async def with_code(request: Request, engine: Engine, jar: Jar, where: Where) -> Response:
    """The second step."""
    fields = await fields_of(request)
    wanted = local(fields.get("next"))
    token = jar.read(request.headers.get("cookie", ""), "second_step") or ""
    try:
        signed = await engine.people.signing_in.with_code(token, fields.get("code", ""), where)
    except NotSignedIn as error:
        return page(request, "people/code.html", status=422, wanted=wanted, wrong=str(error), wait_s=0)
    except TooManyAttempts as error:
        answer = page(
            *(request, "people/code.html"), status=429, wanted=wanted, wrong="", wait_s=error.retry_after_s
        )
        return _come_back(answer, error)
    answer = _signed_in(request, jar, signed, wanted)
    jar.drop(answer, "second_step")
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, engine: Engine, caller: Caller, jar: Jar) -> Response:
    """Ends the session; the cookie is worthless from then on."""
    await engine.people.sessions.sign_out(caller)
    answer = see_other(request, SIGN_IN)
    jar.drop(answer, "session")
    jar.drop(answer, "account")
    return answer


def _signed_in(request: Request, jar: Jar, signed: SignedIn, wanted: str) -> Response:
    answer = see_other(request, wanted)
    jar.put(answer, "session", signed.token)
    jar.drop(answer, "visitor")
    jar.drop(answer, "account")
    return answer


async def _form(
    request: Request,
    engine: Engine,
    wanted: str,
    *,
    email: str = "",
    wrong: str = "",
    status: int = 200,
    wait: TooManyAttempts | None = None,
) -> Response:
    answer = page(
        request,
        "people/sign_in.html",
        status=429 if wait else status,
        wanted=wanted,
        email=email,
        wrong=wrong,
        wait_s=wait.retry_after_s if wait else 0,
        needs_set_up=await engine.people.set_up.needed(),
    )
    return _come_back(answer, wait) if wait else answer


def _come_back(answer: Response, error: TooManyAttempts) -> Response:
    answer.headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    return answer
