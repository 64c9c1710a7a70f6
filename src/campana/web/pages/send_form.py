"""The form of Send Messages: its steps, its upload and its test message. See send."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import FormData

from campana.domain.accounts import Principal
from campana.domain.errors import Conflict, InvalidInput, NotFound
from campana.engine.composing import told_by_field
from campana.engine.services import Services
from campana.engine.trials import Trial, TrialRequest
from campana.web.pages.send_board import Asked, board
from campana.web.pages.send_steps import stepped
from campana.web.pages.uploads import MOST_FIELDS, Upload, is_script, taken
from campana.web.rendering import page, part, see_other
from campana.web.services import Caller, Engine

router = APIRouter()

PARTS = ("drafts", "template", "recipients", "fields", "meaning", "preview")
"""The parts of the page that a script may have to show anew: templates in send/, by these names."""
_ANCHORS = {"add-field": "#fields", "add": "#fields", "remove": "#fields", "other-list": "#recipients"}


@router.post("/send/recipients")
async def upload(request: Request, engine: Engine, caller: Caller) -> Response:
    """A file, or what was pasted, becomes the draft's list."""
    async with taken(request, caller) as given:
        sheet = _Sheet(request, engine, caller, _draft_id(given.texts))
        typed = await sheet.typed_beside(given)
        try:
            made = await given.import_into(engine.imports, caller)
        except InvalidInput as error:
            asked = Asked(problems={each.field: each.message for each in error.problems})
            return await sheet.answer({**given.texts, **typed}, asked)
        typed = await sheet.typed_beside(given) | {"recipient_list_id": str(made.id)}
    await sheet.save(typed.items())
    await _drop_replaced(engine, caller, given)
    return await sheet.answer(typed, Asked(), anchor="#recipients")


@router.post("/send/{draft_id}")
async def step(request: Request, engine: Engine, caller: Caller, draft_id: UUID) -> Response:
    """Keep what was typed, and do what the button pressed says (`do`)."""
    form = await request.form(max_fields=MOST_FIELDS)
    do = str(form.get("do", ""))
    asked = _asked(form)
    sheet = _Sheet(request, engine, caller, draft_id)
    typed = dict(_texts(form))
    try:
        typed = await sheet.save(typed.items())
        after = await stepped(engine, caller, do, typed)
        if after != typed:
            await sheet.save(after.items())
    except InvalidInput as error:
        asked = Asked(tried=asked.tried, problems={each.field: each.message for each in error.problems})
        return await sheet.answer(typed, asked)
    if do == "schedule" and not is_script(request):
        return see_other(request, f"/send/{draft_id}/confirm")
    return await sheet.answer(after, asked, anchor=_way(do))


@router.post("/send/{draft_id}/test")
async def test(request: Request, engine: Engine, caller: Caller, draft_id: UUID) -> Response:
    """One message to one's own number, filled in for the list's first recipient. It is told on this very
    answer what became of it: a reload asks the browser's user first, since it would send another."""
    form = await request.form(max_fields=MOST_FIELDS)
    sheet = _Sheet(request, engine, caller, draft_id)
    typed = await sheet.save(_texts(form))
    try:
        trial = await engine.trials.send(caller, await _trial(engine, caller, typed))
    except InvalidInput as error:
        problems = told_by_field((), error.problems)
        if "phone" in problems:
            problems["test_phone"] = problems.pop("phone")
        return await sheet.answer(typed, Asked(problems=problems))
    if is_script(request):
        return JSONResponse(
            {"problems": {}, "html": {"tested": part(request, "send/tested.html", trial=trial)}}
        )
    context = await board(engine, caller, draft_id, typed, Asked())
    return shown(request, context, trial=trial)


def shown(
    request: Request, context: Mapping[str, Any], *, status: int = 200, trial: Trial | None = None
) -> Response:
    """The whole page."""
    return page(request, "send/send.html", status=status, **context, trial=trial)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The draft that a request is about."""

    request: Request
    engine: Services
    caller: Principal
    draft_id: UUID

    async def save(self, typed: Iterable[tuple[str, str]]) -> dict[str, str]:
        """What is kept of it."""
        return dict((await self.engine.drafts.save(self.caller, self.draft_id, typed)).typed)

    async def typed_beside(self, given: Upload) -> dict[str, str]:
        """What stands in the draft. A script has saved it before and goes on typing while the file comes in:
        what it sent with the file is old then."""
        if is_script(self.request):
            return dict((await self.engine.drafts.get(self.caller, self.draft_id)).typed)
        return await self.save(given.texts.items())

    async def answer(self, typed: Mapping[str, str], asked: Asked, *, anchor: str = "") -> Response:
        """For a script the problems and parts of the page; for a browser the way to it, or the page with
        what was wrong."""
        by_script = is_script(self.request)
        if not by_script and not asked.problems:
            return see_other(self.request, f"/send/{self.draft_id}{anchor}")
        context = await board(self.engine, self.caller, self.draft_id, typed, asked)
        if not by_script:
            return shown(self.request, context, status=422)
        body = {
            "problems": {
                name: problem[:1].upper() + problem[1:] for name, problem in context["problems"].items()
            },
            "html": {name: part(self.request, f"send/{name}.html", **context) for name in PARTS},
            "count": len(context["numbers"]),
            "done": context["done"],
        }
        return JSONResponse(body, 422 if asked.problems else 200)


def _way(do: str) -> str:
    """Where on the page somebody looks who pressed that button."""
    verb, _, what = do.partition(":")
    if verb in ("back", "next"):
        return f"?{urlencode({'row': what} | ({'back': 'yes'} if verb == 'back' else {}))}"
    return _ANCHORS.get(verb, "")


async def _trial(engine: Services, caller: Principal, typed: Mapping[str, str]) -> TrialRequest:
    look = await engine.drafts.look(caller, typed)
    return TrialRequest(
        sender_id=look.request.sender_id,
        template=look.request.template,
        phone=typed.get("test_phone", ""),
        fields=look.request.fields,
        header=look.request.header,
        recipient_list_id=look.recipients.id if look.recipients else None,
    )


async def _drop_replaced(engine: Services, caller: Principal, given: Upload) -> None:
    """The list whose columns were chosen anew is nobody's any more, unless a campaign has taken it."""
    if given.replaces is None:
        return
    try:
        await engine.lists.delete(caller, given.replaces)
    except (NotFound, Conflict):
        return


def _texts(form: FormData) -> list[tuple[str, str]]:
    return [(name, text) for name, text in form.multi_items() if isinstance(text, str)]


def _asked(form: FormData) -> Asked:
    row = str(form.get("row", ""))
    return Asked(
        tried=bool(form.get("tried")) or form.get("do") == "schedule",
        row=int(row) if row.isdecimal() and len(row) < 9 else 0,
        back=bool(form.get("back")),
    )


def _draft_id(texts: Mapping[str, str]) -> UUID:
    try:
        return UUID(texts.get("draft_id", ""))
    except ValueError:
        raise NotFound("there is no such draft") from None


def _by_script(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")
