"""Puts the web together: routes, middleware, error answers. Builds no service; it is given them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from campana import __version__
from campana.engine.ports import Clock, Tracing
from campana.engine.services import Services
from campana.engine.untraced import UNTRACED
from campana.web import operations, pages, static_files, webhooks
from campana.web.access import ACCESS, API
from campana.web.api import (
    account,
    admin,
    api_keys,
    audit,
    campaigns,
    endpoints,
    events,
    lists,
    me,
    messages,
    notices,
    privacy,
    replies,
    reports,
    senders,
    sessions,
    suppressions,
    team,
    workers,
)
from campana.web.cookies import Cookies
from campana.web.errors import add_handlers
from campana.web.middleware.bodies import Ceiling
from campana.web.middleware.edge import Edge
from campana.web.middleware.gate import Entrances, Gate
from campana.web.middleware.hosts import Forwarded, Network, OurNames
from campana.web.openapi import DESCRIPTION, EVERYWHERE
from campana.web.operations import Backlog, Readiness
from campana.web.rendering import Rendering

MEBIBYTE = 1024 * 1024
UPLOADS = (
    *(f"{API}/recipient-lists", f"{API}/suppressions/import"),
    *("/opt-outs/import", "/recipients", "/send/recipients"),
)
"""where files come in"""


App = FastAPI


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Ceilings for bodies, in bytes: of an uploaded file's request, and of any other; the names this server
    goes by and the proxies it believes; the keys that cookies are signed with, newest first, by default one
    of this process.

    `work_dir` is where workbooks are put together; a million messages take half a gigabyte there for a
    minute. None is the system's place for temporary files, which may be in memory.
    """

    max_upload: int = 100 * MEBIBYTE
    max_body: int = 16 * MEBIBYTE
    work_dir: Path | None = None
    public_url: str = "http://127.0.0.1:8000"
    allowed_hosts: frozenset[str] = frozenset()
    trusted_proxies: tuple[Network, ...] = ()
    cookie_keys: Sequence[str] = field(default_factory=lambda: [secrets.token_urlsafe(32)], repr=False)


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Where numbers are kept, who knows whether the process is in order, and where traces go."""

    registry: CollectorRegistry
    readiness: Readiness
    tracing: Tracing = UNTRACED


def create_app(
    services: Services, *, monitoring: Monitoring, clock: Clock, settings: WebSettings | None = None
) -> FastAPI:
    """The application, ready for an ASGI server. Whoever serves it closes `services.hub` before stopping."""
    limits = settings or WebSettings()
    ceilings = {**dict.fromkeys(UPLOADS, limits.max_upload), webhooks.PREFIX: webhooks.MOST_BYTES}
    cookies = Cookies(limits.cookie_keys, secure=limits.public_url.startswith("https://"))
    entrances = _entrances(services, cookies, limits)
    app = FastAPI(
        title="Campana",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        # Its spans hold paths and queries, and so secrets; ours (Edge) hold the route.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        middleware=[
            Middleware(Edge, secure=cookies.secure, tracing=monitoring.tracing),
            Middleware(Forwarded, trusted=limits.trusted_proxies),
            Middleware(Ceiling, most=limits.max_body, most_at=ceilings),
            Middleware(Gate, access=ACCESS, entrances=entrances),
        ],
    )
    app.state.services = services
    app.state.cookies = cookies
    app.state.work_dir = limits.work_dir
    app.state.registry = monitoring.registry
    app.state.readiness = monitoring.readiness
    app.state.clock = clock
    app.state.rendering = Rendering(app, clock)
    app.state.backlog = Backlog(services, monitoring.registry, clock)
    add_handlers(app)
    app.router.routes.append(webhooks.route)  # first: nothing else is asked for so often
    app.router.routes.extend(_routes())
    app.mount(static_files.PREFIX, static_files.PackedFiles(), name="static")
    return app


def _entrances(services: Services, cookies: Cookies, settings: WebSettings) -> Entrances:
    return Entrances(
        by_key=services.accounts.authenticate,
        by_session=services.people.sessions.authenticate,
        enter=services.tenants.enter,
        inside=services.tenants.inside,
        cookies=cookies,
        names=OurNames(settings.public_url, settings.allowed_hosts),
    )


@cache
def _routes() -> Sequence[BaseRoute]:
    """One set for all apps of a process: FastAPI looks long at what each route wants (0.2 s for all)."""
    everything = APIRouter()
    for part in (_api(), operations.router, pages.router):
        everything.include_router(part)
    return everything.routes


def _api() -> APIRouter:
    api = APIRouter(prefix=API, responses=EVERYWHERE)
    people = (me.router, sessions.router, team.router, team.invitations, api_keys.router, workers.router)
    for part in (campaigns.router, campaigns.steering, messages.router, events.router, replies.router):
        api.include_router(part)
    for part in (reports.router, reports.timeline, endpoints.router, notices.router):
        api.include_router(part)
    for part in (
        lists.router,
        senders.router,
        suppressions.router,
        account.router,
        admin.router,
        audit.router,
        privacy.router,
        *people,
    ):
        api.include_router(part)
    return api
