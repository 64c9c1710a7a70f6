"""Settings, webhooks: where other systems are told what happens; the secret shown once, and the log."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from campana.domain.endpoints import CHOICES
from campana.web.flashes import Flash
from campana.web.navigation import marked
from campana.web.pages.forms import REFUSALS, refused
from campana.web.pages.settings import settings_page
from campana.web.rendering import see_other
from campana.web.schemas.common import Cursor
from campana.web.services import Caller, Engine

router = APIRouter(prefix="/settings/webhooks")

SHOWN = 25
BLANK: dict[str, Any] = {"url": "", "events": CHOICES}


@router.get("")
async def find(request: Request, engine: Engine, caller: Caller) -> Response:
    """All endpoints, and a form for another one."""
    return await _all(request, engine, caller)


@router.post("")
async def create(request: Request, engine: Engine, caller: Caller) -> Response:
    """A new one; the answer is the only page that ever shows its secret."""
    url, events = await _given(request)
    try:
        made = await engine.endpoints.create(caller, url, events)
    except REFUSALS as error:
        given = {"url": url, "events": events}
        return await _all(request, engine, caller, given=given, **refused(error, beside="url"))
    return await _all(request, engine, caller, made=made)


@router.get("/{endpoint_id}")
async def look(
    request: Request, engine: Engine, caller: Caller, endpoint_id: UUID, cursor: Cursor = None
) -> Response:
    """One, with its log."""
    return await _one(request, engine, caller, endpoint_id, cursor=cursor)


@router.post("/{endpoint_id}")
async def change(request: Request, engine: Engine, caller: Caller, endpoint_id: UUID) -> Response:
    """Another address, other events."""
    url, events = await _given(request)
    try:
        await engine.endpoints.change(caller, endpoint_id, url=url, events=events)
    except REFUSALS as error:
        given = {"url": url, "events": events}
        return await _one(request, engine, caller, endpoint_id, given=given, **refused(error, beside="url"))
    return _back(request, endpoint_id, marked("Saved."))


@router.post("/{endpoint_id}/switch")
async def switch(request: Request, engine: Engine, caller: Caller, endpoint_id: UUID) -> Response:
    """On where it is off, off where it is on."""
    wanted = (await request.form()).get("enabled") == "yes"
    await engine.endpoints.change(caller, endpoint_id, enabled=wanted)
    told = marked("The endpoint is on.") if wanted else marked("The endpoint is off.")
    return _back(request, endpoint_id, told)


@router.post("/{endpoint_id}/rotate")
async def rotate(request: Request, engine: Engine, caller: Caller, endpoint_id: UUID) -> Response:
    """A new secret, shown this once."""
    made = await engine.endpoints.rotate(caller, endpoint_id)
    return await _one(request, engine, caller, endpoint_id, made=made)


@router.post("/{endpoint_id}/test")
async def test(request: Request, engine: Engine, caller: Caller, endpoint_id: UUID) -> Response:
    """Queue a test event."""
    try:
        await engine.endpoints.test(caller, endpoint_id)
    except REFUSALS as error:
        return await _one(request, engine, caller, endpoint_id, **refused(error, beside="url"))
    return _back(request, endpoint_id, marked("A test event is on its way; the log tells how it went."))


@router.post("/{endpoint_id}/delete")
async def delete(request: Request, engine: Engine, caller: Caller, endpoint_id: UUID) -> Response:
    """Gone, with its log."""
    await engine.endpoints.delete(caller, endpoint_id)
    return see_other(request, "/settings/webhooks", Flash(marked("The endpoint is deleted.")))


@router.post("/{endpoint_id}/deliveries/{delivery_id}")
async def deliver_again(
    request: Request, engine: Engine, caller: Caller, endpoint_id: UUID, delivery_id: UUID
) -> Response:
    """Once more, under the same id."""
    try:
        await engine.endpoints.deliver_again(caller, delivery_id)
    except REFUSALS as error:
        return await _one(request, engine, caller, endpoint_id, **refused(error, beside="url"))
    return _back(request, endpoint_id, marked("It will be posted again."))


async def _given(request: Request) -> tuple[str, Sequence[str]]:
    form = await request.form()
    return str(form.get("url", "")), [str(each) for each in form.getlist("events")]


def _back(request: Request, endpoint_id: UUID, told: str) -> Response:
    return see_other(request, f"/settings/webhooks/{endpoint_id}", Flash(told))


async def _all(request: Request, engine: Engine, caller: Caller, **context: Any) -> Response:
    shown: dict[str, Any] = {"given": BLANK, "problems": {}, "made": None, "choices": CHOICES}
    shown["endpoints"] = await engine.endpoints.find(caller)
    return settings_page(request, caller, "settings/endpoints.html", **(shown | context))


async def _one(
    request: Request, engine: Engine, caller: Caller, endpoint_id: UUID, **context: Any
) -> Response:
    endpoint = await engine.endpoints.get(caller, endpoint_id)
    given = {"url": endpoint.url, "events": endpoint.events}
    shown: dict[str, Any] = {"given": given, "problems": {}, "made": None, "choices": CHOICES, "cursor": None}
    shown |= {"endpoint": endpoint} | context
    shown["found"] = await engine.endpoints.deliveries(
        caller, endpoint_id, limit=SHOWN, cursor=shown["cursor"]
    )
    return settings_page(request, caller, "settings/endpoint.html", **shown)
