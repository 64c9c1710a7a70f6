"""Recipients: the account's lists, what is in them and what was left out, who brought them and what uses
them."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from campana.domain.accounts import Principal
from campana.domain.errors import Conflict, InvalidInput
from campana.engine.services import Services
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.pages.uploads import Upload, is_script, taken
from campana.web.rendering import page, see_other
from campana.web.services import Caller, Engine

router = APIRouter()

LISTS_SHOWN = 25


@router.get("/recipients")
async def lists(request: Request, engine: Engine, caller: Caller, cursor: str | None = None) -> Response:
    """The lists, newest first, and the way to a new one."""
    return page(request, "recipients/lists.html", **await _context(engine, caller, cursor))


@router.post("/recipients")
async def upload(request: Request, engine: Engine, caller: Caller) -> Response:
    """A file, or what was pasted, becomes a list."""
    async with taken(request, caller) as given:
        try:
            given.check_consent()
            made = await given.import_into(engine.imports, caller)
        except InvalidInput as error:
            problems = {each.field: each.message for each in error.problems}
            return await _refused(request, engine, caller, given, problems)
    path = f"/recipients/{made.id}"
    if is_script(request):
        return JSONResponse({"problems": {}, "location": path})
    return see_other(request, path)


@router.get("/recipients/{list_id}")
async def one(request: Request, engine: Engine, caller: Caller, list_id: UUID) -> Response:
    """A list: its numbers, its columns, its first people, its problems, and the campaigns for it."""
    view = await engine.lists.view(caller, list_id)
    return page(
        request,
        "recipients/list.html",
        view=view,
        recipients=view.recipients,
        uploaders=await engine.lists.uploaders(caller),
        campaigns=await engine.lists.used_by(caller, list_id),
    )


@router.post("/recipients/{list_id}/delete")
async def delete(request: Request, engine: Engine, caller: Caller, list_id: UUID) -> Response:
    """A list that a campaign uses stays."""
    try:
        await engine.lists.delete(caller, list_id)
    except Conflict as error:
        why = Flash(marked("The list stays: %(why)s"), "warning", {"why": str(error)})
        return see_other(request, f"/recipients/{list_id}", why)
    return see_other(request, "/recipients", Flash(marked("The list is deleted")))


async def _context(engine: Services, caller: Principal, cursor: str | None = None) -> dict[str, Any]:
    found = await engine.lists.find(caller, limit=LISTS_SHOWN, cursor=cursor)
    senders = (await engine.senders.find(caller, limit=1)).items
    return {
        "lists": found,
        "cursor": cursor,
        "uploaders": await engine.lists.uploaders(caller),
        "typed": {"country": senders[0].country if senders else ""},
        "problems": {},
    }


async def _refused(
    request: Request, engine: Services, caller: Principal, given: Upload, problems: dict[str, str]
) -> Response:
    """With what was typed and what is wrong; the file itself has to be chosen again."""
    if is_script(request):
        return JSONResponse({"problems": problems}, 422)
    context = await _context(engine, caller) | {"typed": dict(given.texts), "problems": problems}
    return page(request, "recipients/lists.html", status=422, **context)


def _by_script(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")
