"""Senders: the list, one to add or change, what the provider says of it, and where its events come in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from fastapi import APIRouter, Request, Response

from campana.domain.errors import Conflict, FieldProblem, InvalidInput
from campana.domain.outcomes import Check
from campana.domain.permissions import Action, may
from campana.domain.senders import Sender
from campana.engine.sender_rules import SenderRequest
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.pages.forms import by_field, fields_of
from campana.web.pages.settings import settings_page
from campana.web.rendering import see_other
from campana.web.schemas.common import Cursor
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/settings/senders")

SHOWN = 50
SECRETS = ("api_token", "vendor_uid", "from_phone_number_id")
TEXTS = ("name", "provider", "timezone", "country")
NUMBERS: Mapping[str, type[int] | type[float]] = {"rate_limit_per_s": float, "daily_limit": int}
_PROVIDERS = {
    "bizchat": marked("BizChat"),
    "practice": marked("Practice: the simulator, nobody gets a message"),
}


@router.get("")
async def find(request: Request, engine: Engine, caller: Caller, cursor: Cursor = None) -> Response:
    """The account's senders, newest first."""
    found = await engine.senders.find(caller, limit=SHOWN, cursor=cursor)
    context: dict[str, Any] = {"found": found, "cursor": cursor, "may_change": may(caller, Action.SENDERS)}
    return settings_page(request, caller, "settings/senders.html", **context)


@router.get("/add")
async def adding(request: Request, engine: Engine, caller: Caller) -> Response:
    """The form, with the server's defaults."""
    return _form(request, engine, caller, given=_given(engine.senders.blank()))


@router.post("/add")
async def add(request: Request, engine: Engine, caller: Caller) -> Response:
    """A new sender; its page comes next, where it can be verified."""
    given = await _texts(request)
    try:
        sender = await engine.senders.create(caller, _request(given))
    except (InvalidInput, Conflict) as error:
        return _form(request, engine, caller, status=422, given=given, problems=_problems(error))
    told = marked("%(name)s is there. Verify asks the provider whether the credentials work.")
    return see_other(request, f"/settings/senders/{sender.id}", Flash(told, values={"name": sender.name}))


@router.get("/{sender_id}")
async def look(request: Request, engine: Engine, caller: Caller, sender_id: UUID) -> Response:
    """One sender: what it is, and its webhook."""
    sender = await engine.senders.get(caller, sender_id)
    return await _sender(request, engine, caller, sender)


@router.post("/{sender_id}")
async def change(request: Request, engine: Engine, caller: Caller, sender_id: UUID) -> Response:
    """Change it; credentials that are left empty stay as they are."""
    sender = await engine.senders.get(caller, sender_id)
    given = await _texts(request)
    try:
        await engine.senders.change(caller, sender_id, _request(given))
    except (InvalidInput, Conflict) as error:
        context: dict[str, Any] = {"status": 422, "given": given, "problems": _problems(error)}
        return await _sender(request, engine, caller, sender, **context)
    told = Flash(marked("The sender is changed. Running campaigns go by it at once."))
    return see_other(request, f"/settings/senders/{sender_id}", told)


@router.post("/{sender_id}/verify")
async def verify(request: Request, engine: Engine, caller: Caller, sender_id: UUID) -> Response:
    """Ask the provider, and show what it said."""
    sender = await engine.senders.get(caller, sender_id)
    check = await engine.senders.verify(caller, sender_id)
    return await _sender(request, engine, caller, sender, check=check)


@router.post("/{sender_id}/webhook")
async def rotate(request: Request, engine: Engine, caller: Caller, sender_id: UUID) -> Response:
    """Make a new address for events."""
    await engine.addresses.rotate(caller, sender_id)
    told = Flash(marked("There is a new address. Paste it into BizChat; the one before works for a day."))
    return see_other(request, f"/settings/senders/{sender_id}", told)


async def _sender(
    request: Request,
    engine: Engine,
    caller: Caller,
    sender: Sender,
    *,
    check: Check | None = None,
    **context: Any,
) -> Response:
    webhook = await engine.addresses.look(caller, sender.id)
    shown = {"given": _given(sender), "sender": sender, "webhook": webhook, "check": check} | context
    return _form(request, engine, caller, **shown)


def _form(request: Request, engine: Engine, caller: Caller, **context: Any) -> Response:
    """The page of a sender that is there, or of one that is to be."""
    nothing: dict[str, Any] = {"sender": None, "webhook": None, "check": None, "problems": {}}
    allowed = {"change": may(caller, Action.SENDERS), "verify": may(caller, Action.VERIFY)}
    providers = [(name, _PROVIDERS.get(name, name)) for name in engine.senders.providers]
    offers = {"providers": providers, "zones": sorted(available_timezones()), "may": allowed}
    shown: dict[str, Any] = nothing | context | offers
    return settings_page(request, caller, "settings/sender.html", **shown)


async def _texts(request: Request) -> Mapping[str, str]:
    return dict.fromkeys((*TEXTS, *NUMBERS, *SECRETS), "") | dict(await fields_of(request))


def _given(known: Sender | SenderRequest) -> dict[str, str]:
    """As the form shows it; never a credential."""
    texts = {name: str(getattr(known, name)) for name in TEXTS}
    numbers = {name: f"{getattr(known, name):.15g}" for name in NUMBERS}
    return texts | numbers


def _request(given: Mapping[str, str]) -> SenderRequest:
    """The form in the engine's words. Raises InvalidInput for what is no number."""
    parts: dict[str, Any] = {name: given[name].strip() for name in TEXTS}
    problems = []
    for name, kind in NUMBERS.items():
        try:
            parts[name] = kind(given[name])
        except ValueError:
            problems.append(FieldProblem(name, "must be a number, like 1000"))
    if problems:
        raise InvalidInput(problems)
    secrets = {name: given[name] for name in SECRETS if given[name].strip()}
    return SenderRequest(**parts, credentials=secrets or None)


def _problems(error: InvalidInput | Conflict) -> dict[str, str]:
    if isinstance(error, Conflict):
        return {"name": str(error)}
    return {name.removeprefix("credentials."): text for name, text in by_field(error).items()}
