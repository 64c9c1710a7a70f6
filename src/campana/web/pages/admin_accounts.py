"""The accounts of this installation: how much each sends, its ceilings, and whether it may send at all."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from campana.domain.accounts import Account
from campana.domain.errors import Conflict, FieldProblem, InvalidInput
from campana.engine.ports import AccountUsage
from campana.engine.tenants import AccountRequest
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.pages.admin import ACCOUNTS, admin_page
from campana.web.pages.forms import REFUSALS, fields_of, refused
from campana.web.rendering import see_other
from campana.web.schemas.common import Search
from campana.web.services import Caller, Engine

router = APIRouter(prefix=ACCOUNTS)

SHOWN = 25
DAYS = 30
NUMBERS: Mapping[str, type[int] | type[float]] = {"rate_limit_per_s": float, "daily_limit": int}
BLANK = {"name": "", "rate_limit_per_s": "", "daily_limit": "", "owner_email": ""}


@router.get("")
async def find(
    request: Request,
    engine: Engine,
    caller: Caller,
    q: Search = "",
    start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Newest first, narrowed by a part of the name; with the use of the last days."""
    wanted, every = q.strip().casefold(), await engine.tenants.find(caller)
    fitting = [each for each in every if wanted in each.name.casefold()]
    shown = fitting[start : start + SHOWN]
    usages = await asyncio.gather(*(engine.tenants.usage(caller, each.id, days=DAYS) for each in shown))
    return admin_page(
        request,
        "admin/accounts.html",
        accounts=list(zip(shown, usages, strict=True)),
        count=len(fitting),
        asked={"q": q},
        start=start,
        following=start + SHOWN if start + SHOWN < len(fitting) else None,
        days=DAYS,
    )


@router.get("/add")
async def adding(request: Request) -> Response:
    """The form of a new account."""
    return admin_page(request, "admin/add.html", given=BLANK, problems={})


@router.post("/add")
async def add(request: Request, engine: Engine, caller: Caller) -> Response:
    """A new account. The link for its owner, where it is not mailed, stands in the answer alone."""
    given = BLANK | dict(await fields_of(request))
    email = given["owner_email"].strip()
    try:
        account, handed = await engine.tenants.create(caller, _request(given), email)
    except REFUSALS as error:
        return admin_page(request, "admin/add.html", given=given, **refused(error, beside="name"))
    if handed is not None and handed.url is not None:
        return await _account(request, engine, caller, account.id, url=handed.url, invited=email)
    return see_other(request, f"{ACCOUNTS}/{account.id}", Flash(marked("The account is there.")))


@router.get("/{account_id}")
async def look(request: Request, engine: Engine, caller: Caller, account_id: UUID) -> Response:
    """One account: its use, its ceilings, its state."""
    return await _account(request, engine, caller, account_id)


@router.post("/{account_id}")
async def change(request: Request, engine: Engine, caller: Caller, account_id: UUID) -> Response:
    """Name and ceilings; a ceiling left empty is none."""
    given = BLANK | dict(await fields_of(request))
    try:
        await engine.tenants.change(caller, account_id, _request(given))
    except REFUSALS as error:
        return await _account(
            request, engine, caller, account_id, given=given, **refused(error, beside="name")
        )
    told = Flash(marked("The account is changed. Running campaigns go by it within a second."))
    return see_other(request, f"{ACCOUNTS}/{account_id}", told)


@router.post("/{account_id}/owner-invitation")
async def invite_owner(request: Request, engine: Engine, caller: Caller, account_id: UUID) -> Response:
    """Invite the first owner of an account that has none."""
    email = (await fields_of(request)).get("owner_email", "").strip()
    try:
        handed = await engine.tenants.invite_owner(caller, account_id, email)
    except REFUSALS as error:
        return await _account(request, engine, caller, account_id, **refused(error, beside="owner_email"))
    if handed.url is not None:
        return await _account(request, engine, caller, account_id, url=handed.url, invited=email)
    told = Flash(marked("An invitation is on its way to %(email)s."), values={"email": email})
    return see_other(request, f"{ACCOUNTS}/{account_id}", told)


@router.post("/{account_id}/suspend")
async def suspend(request: Request, engine: Engine, caller: Caller, account_id: UUID) -> Response:
    """Nothing of it is sent from now on."""
    reason = (await fields_of(request)).get("reason", "")
    try:
        await engine.tenants.suspend(caller, account_id, reason)
    except (InvalidInput, Conflict) as error:
        why = error.problems[0].message if isinstance(error, InvalidInput) else str(error)
        told = Flash(marked("It is not suspended: %(why)s."), "danger", {"why": why})
        return see_other(request, f"{ACCOUNTS}/{account_id}", told)
    told = Flash(marked("The account is suspended, and its campaigns are paused."), "warning")
    return see_other(request, f"{ACCOUNTS}/{account_id}", told)


@router.post("/{account_id}/reinstate")
async def reinstate(request: Request, engine: Engine, caller: Caller, account_id: UUID) -> Response:
    """It may send again."""
    await engine.tenants.reinstate(caller, account_id)
    told = Flash(
        marked("The account may send again. Its campaigns stay paused until its people resume them.")
    )
    return see_other(request, f"{ACCOUNTS}/{account_id}", told)


async def _account(
    request: Request, engine: Engine, caller: Caller, account_id: UUID, **context: Any
) -> Response:
    account = await engine.tenants.get(caller, account_id)
    usage = await engine.tenants.usage(caller, account_id, days=DAYS)
    now = request.app.state.clock.now()
    shown: dict[str, Any] = {
        "account": account,
        "usage": usage,
        "bars": _bars(usage, now.date()),
        "days": DAYS,
        "has_owner": await engine.tenants.has_owner(caller, account_id),
        "lets_in": account.lets_admins_in(now),
        "own": account_id == caller.account_id,
        "given": _given(account),
        "problems": {},
        "url": None,
        "invited": "",
    }
    return admin_page(request, "admin/account.html", **(shown | context))


def _bars(usage: AccountUsage, today: date) -> list[tuple[date, int, float]]:
    """Every one of the last days with its messages, and those as a share of the busiest day's."""
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    most = max(usage.messages.values(), default=0) or 1
    return [(day, usage.messages.get(day, 0), usage.messages.get(day, 0) / most) for day in days]


def _given(account: Account) -> dict[str, str]:
    """The account as its form shows it."""
    numbers = {name: getattr(account, name) for name in NUMBERS}
    return BLANK | {
        "name": account.name,
        **{name: "" if value is None else f"{value:.15g}" for name, value in numbers.items()},
    }


def _request(given: Mapping[str, str]) -> AccountRequest:
    """The form in the engine's words. Raises InvalidInput for what is no number."""
    parts: dict[str, Any] = {"name": given["name"]}
    problems = []
    for name, kind in NUMBERS.items():
        text = given[name].strip()
        try:
            parts[name] = kind(text) if text else None
        except ValueError:
            problems.append(FieldProblem(name, "must be a number, like 1000, or nothing"))
    if problems:
        raise InvalidInput(problems)
    return AccountRequest(**parts)
