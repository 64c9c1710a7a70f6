"""Opt-outs: the list, numbers added by hand or from a file, and the account's own rules."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from campana.domain.errors import InvalidInput
from campana.domain.permissions import LEAST_ROLE, Action, permit
from campana.domain.preferences import Frequency
from campana.domain.recipients import SuppressionSource
from campana.engine.ports import SuppressionFilter
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.rendering import page, see_other
from campana.web.schemas.common import Cursor, Search, chosen
from campana.web.services import Caller, Engine
from campana.web.uploads import uploaded

router = APIRouter(prefix="/opt-outs")

SHOWN = 50
ADD = ("phones", "country", "reason")
FILE = ("country", "reason", "phone_column", "sheet")
RULES = ("stop_words", "start_words", "frequency_messages", "frequency_days", "unreachable_after")
_FIELDS = {"frequency.messages": "frequency_messages", "frequency.days": "frequency_days"}
"""where a problem of the engine's stands on the page; one of a list's stands with the list"""


@router.get("")
async def find(
    request: Request,
    engine: Engine,
    caller: Caller,
    *,
    cursor: Cursor = None,
    q: Search = "",
    source: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The list by number, narrowed by what is asked for."""
    which = SuppressionFilter(q, chosen([source], SuppressionSource, field="source"))
    found = await engine.suppressions.find(caller, limit=SHOWN, cursor=cursor, which=which)
    asked = {"q": q, "source": source}
    return page(request, "optouts/list.html", found=found, asked=asked, cursor=cursor, may=_may(caller))


@router.get("/add")
async def adding(request: Request) -> Response:
    """The form for numbers."""
    return page(request, "optouts/add.html", given=dict.fromkeys(ADD, ""), problems={})


@router.post("/add")
async def add(request: Request, engine: Engine, caller: Caller) -> Response:
    """Take the numbers in, one a line."""
    given = await _texts(request, ADD)
    phones = [line.strip() for line in given["phones"].splitlines() if line.strip()]
    try:
        added = await engine.suppressions.add(
            caller, phones, country=given["country"].strip() or None, reason=given["reason"]
        )
    except InvalidInput as error:
        problems = _problems(error, phones)
        return page(request, "optouts/add.html", status=422, given=given, problems=problems)
    told = marked("%(added)s added, %(known)s were on the list already.")
    values = {"added": f"{added.added:,}", "known": f"{added.known:,}"}
    return see_other(request, "/opt-outs", Flash(told, values=values))


@router.get("/import")
async def importing(request: Request) -> Response:
    """The form for a file."""
    return page(request, "optouts/import.html", given=dict.fromkeys(FILE, ""), problems={}, done=None)


@router.post("/import")
async def add_file(request: Request, engine: Engine, caller: Caller) -> Response:
    """Take a file in, and show what became of its rows."""
    permit(caller, Action.SUPPRESS)
    given = dict.fromkeys(FILE, "")
    try:
        async with uploaded(request, (*FILE, "csrf_token")) as (file, texts):
            given |= {name: texts.get(name, "") for name in FILE}
            done = await engine.suppression_files.add_file(
                caller,
                file.file,
                country=given["country"],
                reason=given["reason"],
                phone_column=given["phone_column"] or None,
                sheet=given["sheet"] or None,
            )
    except InvalidInput as error:
        return page(
            request, "optouts/import.html", status=422, given=given, problems=_problems(error), done=None
        )
    return page(request, "optouts/import.html", given=given, problems={}, done=done)


@router.get("/rules")
async def rules(request: Request, engine: Engine, caller: Caller) -> Response:
    """The account's own words, its cap, and what becomes of unreachable numbers."""
    known = await engine.preferences.get(caller)
    cap = known.frequency
    given = {
        "stop_words": "\n".join(known.stop_words),
        "start_words": "\n".join(known.start_words),
        "frequency_messages": cap.messages if cap else "",
        "frequency_days": cap.days if cap else "",
        "unreachable_after": known.unreachable_after,
    }
    return page(request, "optouts/rules.html", given=given, problems={}, may=_may(caller))


@router.post("/rules")
async def change_rules(request: Request, engine: Engine, caller: Caller) -> Response:
    """Replace them."""
    given = await _texts(request, RULES)
    try:
        await engine.preferences.change(caller, _changes(given))
    except InvalidInput as error:
        problems = _problems(error)
        return page(
            request, "optouts/rules.html", status=422, given=given, problems=problems, may=_may(caller)
        )
    return see_other(request, "/opt-outs/rules", Flash(marked("The rules are kept. They hold at once.")))


@router.post("/{suppression_id}/remove")
async def remove(request: Request, engine: Engine, caller: Caller, suppression_id: UUID) -> Response:
    """Take a number off the list."""
    await engine.suppressions.remove(caller, suppression_id)
    return see_other(request, "/opt-outs", Flash(marked("The number may be messaged again.")))


def _may(caller: Caller) -> dict[str, bool]:
    """What the page offers; the services ask again."""

    def allowed(action: Action) -> bool:
        return caller.role.includes(LEAST_ROLE[action])

    return {"change": allowed(Action.SUPPRESS), "rule": allowed(Action.ACCOUNT)}


async def _texts(request: Request, names: tuple[str, ...]) -> dict[str, str]:
    form = await request.form()
    return {name: value if isinstance(value := form.get(name, ""), str) else "" for name in names}


def _changes(given: dict[str, str]) -> dict[str, Any]:
    """The rules in the engine's words. Raises InvalidInput for what is no number."""
    messages, days = given["frequency_messages"].strip(), given["frequency_days"].strip()
    changes: dict[str, Any] = {
        name: tuple(line.strip() for line in given[name].splitlines() if line.strip()) for name in RULES[:2]
    }
    changes["frequency"] = None
    if messages or days:
        changes["frequency"] = Frequency(
            _number("frequency_messages", messages), _number("frequency_days", days)
        )
    return changes | {"unreachable_after": _number("unreachable_after", given["unreachable_after"].strip())}


def _number(field: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise InvalidInput.of(field, "must be a whole number")
    return int(text)


def _problems(error: InvalidInput, lines: list[str] | None = None) -> dict[str, str]:
    """By the fields of the page; of several lines each names its own."""
    found: dict[str, list[str]] = {}
    for each in error.problems:
        name, _, place = each.field.partition(".")
        if lines is not None and place.isdecimal():
            found.setdefault(name, []).append(f"{lines[int(place)][:40]}: {each.message}")
        else:
            field = name if place.isdecimal() else _FIELDS.get(each.field, each.field)
            found.setdefault(field, []).append(each.message)
    return {field: "; ".join(messages[:5]) for field, messages in found.items()}
