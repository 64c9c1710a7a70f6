"""What monitoring asks for, and the API's documentation pages. None of it needs a key."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from campana.domain.campaigns import CampaignStatus
from campana.domain.errors import StoreUnavailable
from campana.engine.ports import Clock
from campana.engine.services import Services
from campana.web.errors import Problem
from campana.web.openapi import describe
from campana.web.services import Engine

Readiness = Callable[[], Awaitable[Sequence[str]]]
"""What is not in order, in words; nothing when all is."""

router = APIRouter(include_in_schema=False)


class Backlog:
    """What waits, over all accounts; looked up when monitoring asks."""

    def __init__(self, services: Services, registry: CollectorRegistry, clock: Clock) -> None:
        self._catalog = services.catalog
        self._inbox = services.inbox
        self._rosters = services.rosters
        self._clock = clock
        self._queued = Gauge(
            "campana_messages_queued", "Messages of running campaigns that have not left.", registry=registry
        )
        self._campaigns = Gauge("campana_campaigns", "Campaigns by status.", ["status"], registry=registry)
        self._overdue = Gauge(
            "campana_overdue_seconds",
            "How long the longest overdue campaign has been waiting for its start.",
            registry=registry,
        )

        self._workers = Gauge("campana_workers", "Workers that live.", registry=registry)
        self._without_owner = Gauge(
            "campana_lanes_without_owner", "Lanes with work that nobody holds.", registry=registry
        )
        self._posts = Gauge("campana_inbox_posts", "Posts not worked off yet.", registry=registry)
        self._post_age = Gauge(
            "campana_inbox_oldest_seconds", "Age of the oldest post not worked off.", registry=registry
        )
        self._unmatched = Gauge(
            "campana_receipts_unmatched", "Receipts whose message is not known.", registry=registry
        )
        self._last_event = Gauge(
            "campana_webhook_last_event_timestamp_seconds",
            "When a sender's last event that was worked off came in, in seconds since 1970.",
            ["sender"],
            registry=registry,
        )

    async def refresh(self) -> None:
        """Bring the numbers up to date. Raises StoreUnavailable."""
        await self._refresh_campaigns()
        await self._refresh_inbox()
        roster = await self._rosters.look()
        self._workers.set(len(roster.workers))
        self._without_owner.set(len(roster.without_owner))

    async def _refresh_campaigns(self) -> None:
        found = await self._catalog.statistics()
        self._queued.set(found.queued)
        for status in CampaignStatus:
            self._campaigns.labels(status.value).set(found.campaigns.get(status, 0))
        late_s = (self._clock.now() - found.oldest_due).total_seconds() if found.oldest_due else 0.0
        self._overdue.set(max(0.0, late_s))

    async def _refresh_inbox(self) -> None:
        found = await self._inbox.backlog()
        self._posts.set(found.posts)
        age_s = (self._clock.now() - found.oldest).total_seconds() if found.oldest else 0.0
        self._post_age.set(max(0.0, age_s))
        self._unmatched.set(found.unmatched)
        for webhook in await self._inbox.webhooks():
            if webhook.last_event_at is not None:
                self._last_event.labels(str(webhook.sender_id)).set(webhook.last_event_at.timestamp())


@router.get("/healthz")
async def alive() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "alive"})


@router.get("/readyz")
async def ready(request: Request, engine: Engine) -> Response:
    """Database and services are in order; else 503 with why."""
    try:
        await engine.catalog.ping()
        complaints = list(await request.app.state.readiness())
    except StoreUnavailable as error:
        complaints = [f"database: {error}"]
    if complaints:
        return Problem(503, "Not ready", "; ".join(complaints))
    return JSONResponse({"status": "ready"})


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus text; without a database, what the process knows by itself."""
    with contextlib.suppress(StoreUnavailable):
        await request.app.state.backlog.refresh()
    return Response(generate_latest(request.app.state.registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/api/openapi.json")
async def openapi(request: Request) -> JSONResponse:
    """The API's description."""
    app: FastAPI = request.app
    return JSONResponse(describe(app))


@router.get("/api/docs")
async def docs() -> HTMLResponse:
    """Swagger UI, from this server's own files."""
    return HTMLResponse(_DOCS)


# The script that starts it is a file of its own, so that the page needs no inline script and the policy
# allows none.
_DOCS = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Campana API</title>
<link rel="icon" href="/static/vendor/swagger-ui/favicon-32x32.png">
<link rel="stylesheet" href="/static/vendor/swagger-ui/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/static/vendor/swagger-ui/swagger-ui-bundle.js"></script>
<script src="/static/api-docs.js"></script>
</body>
</html>
"""
