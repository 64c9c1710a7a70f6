"""Send Messages: one page on which a campaign is typed, tried and scheduled.

Every step is a form that works without a script: what was typed is kept as a draft before anything else
happens, and the answer leads back to it. A script asks for the same steps and gets parts of the page.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse

from campana.domain.errors import Conflict, InvalidInput, NotFound
from campana.engine.ids import new_id
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.pages.send_board import Asked, board
from campana.web.pages.send_form import shown
from campana.web.rendering import page, see_other
from campana.web.services import Caller, Engine

router = APIRouter()


@router.get("/send")
async def begin(request: Request, engine: Engine, caller: Caller) -> Response:
    """The empty page, under the id that its draft will have."""
    return shown(request, await board(engine, caller, new_id(), {}, Asked()))


@router.get("/send/offers")
async def offers(engine: Engine, caller: Caller, sender_id: UUID) -> JSONResponse:
    """What the provider offers, as far as it is known; to be asked for again while `asking`."""
    offer = await engine.offers.offer(caller, sender_id)
    templates = [{"name": each.name, "language": each.language} for each in offer.templates]
    return JSONResponse({"asking": offer.asking, "reason": offer.reason, "templates": templates})


@router.get("/send/{draft_id}")
async def resume(
    request: Request,
    engine: Engine,
    caller: Caller,
    draft_id: UUID,
    *,
    check: str = "",
    row: int = 0,
    back: str = "",
) -> Response:
    """A draft as it was left; one that has become a campaign leads there."""
    try:
        draft = await engine.drafts.get(caller, draft_id)
    except NotFound:
        made = await engine.drafts.made_of(caller, draft_id)
        if made is None:
            raise
        return see_other(request, f"/campaigns/{made.campaign.id}")
    asked = Asked(tried=bool(check), row=row, back=bool(back))
    return shown(request, await board(engine, caller, draft_id, draft.typed, asked))


@router.get("/send/{draft_id}/confirm")
async def confirm(
    request: Request, engine: Engine, caller: Caller, draft_id: UUID, fragment: str = ""
) -> Response:
    """The last look: how many people, when, at what pace. A draft with problems leads back to them."""
    draft = await engine.drafts.get(caller, draft_id)
    context = await board(engine, caller, draft_id, draft.typed, Asked(tried=True))
    if context["look"].problems:
        return see_other(request, f"/send/{draft_id}?check=yes")
    return page(request, "send/question.html" if fragment else "send/confirm.html", **context)


@router.post("/send/{draft_id}/schedule")
async def schedule(
    request: Request, engine: Engine, caller: Caller, draft_id: UUID, confirmed: Annotated[str, Form()] = ""
) -> Response:
    """The campaign, made once however often this is sent."""
    try:
        view = await engine.drafts.schedule(caller, draft_id, confirmed=confirmed)
    except InvalidInput:
        return see_other(request, f"/send/{draft_id}?check=yes")
    except Conflict as error:
        why = Flash(marked("It was not scheduled: %(why)s"), "warning", {"why": str(error)})
        return see_other(request, f"/send/{draft_id}/confirm", why)
    return see_other(request, f"/campaigns/{view.campaign.id}", _done(view.campaign.name))


@router.post("/send/{draft_id}/discard")
async def discard(request: Request, engine: Engine, caller: Caller, draft_id: UUID) -> Response:
    """Throw the draft away."""
    await engine.drafts.drop(caller, draft_id)
    return see_other(request, "/send", Flash(marked("The draft is gone")))


@router.post("/campaigns/{campaign_id}/duplicate")
async def duplicate(request: Request, engine: Engine, caller: Caller, campaign_id: UUID) -> Response:
    """A draft like that campaign."""
    draft = await engine.drafts.copy_of(caller, campaign_id)
    told = marked("A copy, for the same recipients: change what is different, and give it a time")
    return see_other(request, f"/send/{draft.id}", Flash(told, "info"))


def _done(name: str) -> Flash:
    return Flash(marked("“%(name)s” is scheduled"), values={"name": name})
