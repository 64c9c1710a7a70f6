"""The dashboard: how the day stands."""

import asyncio

from fastapi import APIRouter, Request, Response

from campana.web.rendering import page
from campana.web.services import Caller, Engine

router = APIRouter()

MOST_SENDERS = 50


@router.get("/")
async def dashboard(request: Request, engine: Engine, caller: Caller) -> Response:
    """Each sender's day."""
    senders = (await engine.senders.find(caller, limit=MOST_SENDERS)).items
    days = await asyncio.gather(*(engine.senders.usage(caller, sender.id) for sender in senders))
    return page(request, "dashboard/dashboard.html", senders=list(zip(senders, days, strict=True)))
