"""The web app as it runs: real services on a real store, a real server on a real socket, and people with
keys.

The provider alone is a stand-in that answers as told: what goes over its wire is tested elsewhere.
"""

import asyncio
import io
import itertools
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from prometheus_client import CollectorRegistry
from starlette.responses import Response
from uvicorn.server import ServerState

from campana.apprising import AppriseNotifier
from campana.connections import Connection
from campana.domain.accounts import Role
from campana.domain.outcomes import ApprovedTemplate, Check, CheckVerdict, Explanation, Outcome, OutcomeKind
from campana.domain.receipts import Event, StatusReport
from campana.domain.senders import Credentials
from campana.engine.accounts import Accounts
from campana.engine.admin_access import AdminAccess
from campana.engine.archiving.files import Folder
from campana.engine.archiving.reading import Archives
from campana.engine.audit import Audit
from campana.engine.campaigns import Campaigns
from campana.engine.clock import SystemClock
from campana.engine.comparisons import Comparisons
from campana.engine.control import Control, Levers
from campana.engine.drafting import Drafting
from campana.engine.drafts import Desk, Drafts
from campana.engine.estimates import Estimates
from campana.engine.ids import new_id
from campana.engine.imports import Imports
from campana.engine.inbox.addresses import Addresses
from campana.engine.inbox.duty import Duty
from campana.engine.inbox.intake import Intake
from campana.engine.inbox.matching import Matching
from campana.engine.inbox.working_off import WorkingOff
from campana.engine.insights import Insights
from campana.engine.lists import RecipientLists
from campana.engine.metrics import Metrics
from campana.engine.notices.desk import Notices
from campana.engine.notices.routes import Routes
from campana.engine.offers import TemplateOffers
from campana.engine.optouts.desk import OptOutDesk
from campana.engine.optouts.files import SuppressionFiles
from campana.engine.optouts.flags import Flags
from campana.engine.optouts.forecast import Forecasts
from campana.engine.optouts.keeping import OptOutService
from campana.engine.optouts.preferences import AccountPreferences
from campana.engine.optouts.refusals import Refusals
from campana.engine.optouts.replies import Replies
from campana.engine.optouts.suppressions import Suppressions
from campana.engine.outgoing.endpoints import Endpoints
from campana.engine.overviews import Overviews
from campana.engine.people.services import PeopleServices
from campana.engine.people.sessions import Visit
from campana.engine.ports import Envelope, Provider, Store
from campana.engine.previews import Previews
from campana.engine.privacy.desk import PrivacyDesk
from campana.engine.privacy.memory import Memory
from campana.engine.reports import Reports
from campana.engine.saved_templates import SavedTemplates
from campana.engine.sender_rules import SenderPolicy
from campana.engine.senders import Gate, Senders
from campana.engine.sending.recovery import Recovery
from campana.engine.sending.roster import Rosters
from campana.engine.sending.scheduler import Scheduler
from campana.engine.sending.slowdowns import Slowdowns
from campana.engine.sending.starter import Starter
from campana.engine.sending.tools import LaneTools
from campana.engine.sending.worker import Worker
from campana.engine.service import Watch
from campana.engine.services import Services
from campana.engine.signals import Signals
from campana.engine.tenants import Tenants
from campana.engine.trials import Bench, Trials
from campana.engine.watching import ProgressHub
from campana.posting import HttpPoster
from campana.providers.bizchat import webhook
from campana.vault import FernetVault
from campana.web.app import Monitoring, WebSettings, create_app
from campana.web.cookies import Cookies

NOWHERE = Path("/dev/null/archive")
"""no archive can be written there"""

PEOPLE = {
    "alice": ("Shop", Role.OWNER),
    "olga": ("Shop", Role.OPERATOR),
    "victor": ("Shop", Role.VIEWER),
    "bob": ("Bakery", Role.OWNER),
}
"""The cast: who they are, in which account, in which role."""


@dataclass
class ObedientProvider:
    """Answers every message with `outcome`, and remembers what it was given."""

    outcome: Outcome = field(default_factory=lambda: Outcome(OutcomeKind.ACCEPTED))
    verdict: CheckVerdict = CheckVerdict.OK
    sent: list[Envelope] = field(default_factory=list)
    checked: list[Credentials] = field(default_factory=list)
    flagged: list[tuple[str, bool]] = field(default_factory=list)
    host: str = "provider.test"

    async def send(self, credentials: Credentials, envelope: Envelope) -> Outcome:
        self.sent.append(envelope)
        if self.outcome.kind is OutcomeKind.ACCEPTED:
            return Outcome(OutcomeKind.ACCEPTED, provider_message_id=f"wamid.{len(self.sent)}")
        return self.outcome

    def events(self, post: bytes) -> Sequence[Event]:
        return webhook.parse(post)

    async def message_status(self, credentials: Credentials, provider_message_id: str) -> StatusReport:
        return StatusReport(None, "nobody asks here")

    async def check(self, credentials: Credentials) -> Check:
        self.checked.append(credentials)
        approved = (ApprovedTemplate("diwali_offer", "en_US", "MARKETING", "APPROVED"),)
        reason = "" if self.verdict is CheckVerdict.OK else "Invalid Token"
        return Check(self.verdict, reason, approved if self.verdict is CheckVerdict.OK else ())

    async def flag(self, credentials: Credentials, phone: str, *, opted_out: bool) -> Outcome:
        self.flagged.append((phone, opted_out))
        return self.outcome

    def explain(self, code: str) -> Explanation | None:
        return Explanation("The number cannot be reached.", "Nothing to do.") if code == "131026" else None

    async def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def leads_to(self) -> str:
        """Where a redirect leads; empty for other answers."""
        return next((value for name, value in self.headers.items() if name.lower() == "location"), "")

    @property
    def fields(self) -> set[str]:
        """The fields that a refusal complains about."""
        return {error["field"] for error in self.json["errors"]}


@dataclass
class House:
    """Everything a test of the web needs."""

    store: Store
    provider: ObedientProvider
    app: FastAPI
    services: Services
    registry: CollectorRegistry
    signals: Signals
    engine: Watch
    complaints: list[str]
    reply_desk: OptOutDesk
    url: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    session: aiohttp.ClientSession | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def ask(self, who: str | None, method: str, path: str, **options: Any) -> Answer:
        """A request below /api/v1 (or anywhere, for a path with two slashes), with that person's key."""
        assert self.session is not None
        headers = dict(options.pop("headers", {}))
        if who is not None:
            headers.setdefault("Authorization", f"Bearer {self.keys[who]}")
        url = self.url + (path[1:] if path.startswith("//") else f"/api/v1{path}")
        async with self.session.request(method, url, headers=headers, **options) as answer:
            return Answer(answer.status, dict(answer.headers), await answer.read())

    async def session_headers(self, who: str) -> dict[str, str]:
        """What the browser of that person sends along, once signed in: cookie and form token."""
        user = await self.store.user_by_email(f"{who}@campana.test")
        assert user is not None
        token = await self.services.people.sessions.open(user, Visit("127.0.0.1", "Firefox"))
        cookies: Cookies = self.app.state.cookies
        answer = Response()
        cookies.put(answer, "session", token)
        return {
            "Cookie": answer.headers["set-cookie"].partition(";")[0],
            "X-CSRF-Token": cookies.form_token("session", token),
        }

    async def get(self, who: str | None, path: str, **options: Any) -> Answer:
        return await self.ask(who, "GET", path, **options)

    async def post(self, who: str | None, path: str, body: Any = None, **options: Any) -> Answer:
        return await self.ask(who, "POST", path, json=body, **options)

    async def patch(self, who: str | None, path: str, body: Any) -> Answer:
        return await self.ask(who, "PATCH", path, json=body)

    async def delete(self, who: str | None, path: str) -> Answer:
        return await self.ask(who, "DELETE", path)

    async def sender(self, who: str = "alice", **changes: Any) -> str:
        """A sender of that person's account; its id."""
        body = {
            "name": f"Sender {next(self._numbers)}",
            "credentials": {"api_token": "token-0123456789", "vendor_uid": "5b0c2a1e-6d7f"},
            "rate_limit_per_s": 1000,
            "daily_limit": 100_000,
            "country": "IN",
        }
        made = await self.post(who, "/senders", body | changes)
        assert made.status == 201, made.body
        return str(made.json["id"])

    async def upload(
        self, who: str, text: str | bytes, *, filename: str = "people.csv", **form: str
    ) -> Answer:
        """A recipients file."""
        data = aiohttp.FormData()
        content = text.encode() if isinstance(text, str) else text
        data.add_field("file", io.BytesIO(content), filename=filename)
        for name, value in ({"country": "IN"} | form).items():
            data.add_field(name, value)
        return await self.ask(who, "POST", "/recipient-lists", data=data)

    async def wait_for(self, campaign_id: str, *statuses: str, who: str = "alice") -> dict[str, Any]:
        """The campaign once it is in one of the states."""
        async with asyncio.timeout(30):
            while True:
                found: dict[str, Any] = (await self.get(who, f"/campaigns/{campaign_id}")).json
                if found["status"] in statuses:
                    return found
                await asyncio.sleep(0.02)


def people(count: int, *, first: int = 0) -> list[dict[str, str]]:
    """So many recipients with numbers of their own."""
    return [{"phone": f"+9198{first + n:08d}", "name": f"Person {n}", "city": "Pune"} for n in range(count)]


def campaign(sender_id: str, **changes: Any) -> dict[str, Any]:
    """The body of a usual POST /campaigns, a draft for three people."""
    body = {
        "name": "Diwali",
        "sender_id": sender_id,
        "template": {"name": "diwali_offer", "language": "en_US"},
        "fields": {"field_1": "Hi {name}", "field_2": "{city}"},
        "recipients": people(3),
    } | changes
    return {name: value for name, value in body.items() if value is not ...}


@asynccontextmanager
async def open_house(
    store: Store, *, settings: WebSettings | None = None, archive: Path = NOWHERE
) -> AsyncIterator[House]:
    """The app over that store, serving until the block ends, and the cast with their keys."""
    house = _build(store, settings, Folder(archive))
    for name, (account, role) in PEOPLE.items():
        await house.services.accounts.add_user(f"{name}@campana.test", account=account, role=role)
        made = await house.services.accounts.create_api_key(f"{name}@campana.test", "tests")
        house.keys[name] = made.key
    try:
        async with serving(house.app) as house.url, aiohttp.ClientSession() as session:
            house.session = session
            yield house
    finally:
        house.services.hub.close()
        await house.services.offers.close()


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """The app behind the product's own connections; its address. Without uvicorn's server, which looks up
    only ten times a second: a quarter of a second for each test."""
    config = uvicorn.Config(app, log_config=None, lifespan="off", proxy_headers=False)
    config.load()
    state = ServerState()
    listener = await asyncio.get_running_loop().create_server(
        lambda: Connection(config, state, {}), "127.0.0.1", 0
    )
    try:
        yield "http://{}:{}".format(*listener.sockets[0].getsockname())
    finally:
        listener.close()
        for connection in list(state.connections):
            connection.shutdown()
        await asyncio.gather(*state.tasks, return_exceptions=True)


@asynccontextmanager
async def running_engine(house: House) -> AsyncIterator[None]:
    """Scheduler, worker and recovery at work in this process for as long as the block lasts."""
    work = asyncio.create_task(house.engine.run())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


def _build(store: Store, settings: WebSettings | None, folder: Folder) -> House:
    clock, signals, provider = SystemClock(), Signals(), ObedientProvider()
    registry, complaints = CollectorRegistry(), list[str]()
    vault, metrics = FernetVault("k" * 40), Metrics(registry)
    providers: dict[str, Provider] = {"bizchat": provider}
    audit = Audit(store, clock)
    refusals = Refusals(store, clock=clock)
    tools = LaneTools(store, vault, clock, signals, metrics, audit, refusals)
    starter = Starter(tools)
    memory, archives = Memory(store, vault), Archives(store, folder)
    drafting = Drafting(store, memory, clock=clock)
    campaigns = Campaigns(store, drafting, audit, clock=clock, signals=signals)
    control = Control(store, Levers(starter, signals), audit, clock=clock)
    senders = Senders(
        store, Gate(vault, providers), audit, clock=clock, signals=signals, policy=SenderPolicy()
    )
    estimates = Estimates(store, providers, clock=clock)
    accounts = Accounts(store, clock, audit)
    people = PeopleServices.over(
        store, accounts, audit, clock=clock, vault=vault, public_url="http://127.0.0.1:8000"
    )
    poster = HttpPoster(allow_private=True)
    routes = Routes(vault, None, poster, AppriseNotifier(allow_private=True))
    services = Services(
        catalog=store,
        accounts=accounts,
        audit=audit,
        people=people,
        tenants=Tenants(store, audit, people.invitations, clock=clock, signals=signals),
        admin_access=AdminAccess(store, audit, clock),
        senders=senders,
        imports=Imports(store, clock, new_id, audit, memory=memory),
        lists=RecipientLists(store, audit, clock=clock),
        inbox=store,
        campaigns=campaigns,
        control=control,
        estimates=estimates,
        drafts=Drafts(store, Desk(drafting, campaigns, estimates), clock=clock),
        templates=SavedTemplates(store, audit, clock=clock),
        offers=TemplateOffers(senders, clock=clock),
        previews=Previews(store, drafting, Forecasts(store, clock=clock)),
        trials=Trials(store, Bench(drafting, campaigns, control), audit, clock=clock),
        reports=Reports(store, archives, audit),
        slowdowns=Slowdowns(store, providers),
        rosters=Rosters(store, clock),
        insights=Insights(store, providers, clock=clock),
        comparisons=Comparisons(store, providers),
        overviews=Overviews(store, clock=clock),
        suppressions=Suppressions(store, audit, clock=clock),
        endpoints=Endpoints(store, vault, poster, audit, clock=clock),
        notices=Notices(store, routes, audit, clock=clock, public_url="https://campana.test"),
        addresses=Addresses(store, vault, audit, clock=clock, public_url="https://campana.test"),
        intake=Intake(store, clock, metrics.inbox),
        suppression_files=SuppressionFiles(store, audit, clock=clock),
        replies=Replies(store, audit),
        preferences=AccountPreferences(store, audit),
        privacy=PrivacyDesk.over(store, archives, memory, audit, clock),
        hub=ProgressHub(store, look_s=0.05),
    )

    async def readiness() -> Sequence[str]:
        return complaints

    app = create_app(services, monitoring=Monitoring(registry, readiness), clock=clock, settings=settings)
    duty = Duty("receipts", "tests", store, clock)
    bell = services.intake.bell
    desk = OptOutDesk(store, refusals, clock=clock, signals=signals)
    engine = Watch(
        [
            WorkingOff(store, providers, duty, clock=clock, metrics=metrics.inbox, bell=bell, desk=desk),
            Matching(store, duty, clock=clock, metrics=metrics.inbox),
            Recovery(store, clock, signals, lambda _owner: False),
            Scheduler(store, starter, clock, signals, interval_s=60),
            Worker("tests", tools, providers),
            OptOutService(
                refusals,
                Flags(store, vault, providers, clock=clock, every_s=0.05),
                Duty("flags", "tests", store, clock),
                clock,
            ),
        ]
    )
    return House(store, provider, app, services, registry, signals, engine, complaints, desk)


def served(app: FastAPI, below: str = "/") -> set[tuple[str, str]]:
    """Every route of the app below a path, as (method, path below it)."""
    return {
        (method, route.path.removeprefix(below.rstrip("/")))
        for route in iter_route_contexts(app.routes)
        if route.path is not None and route.path.startswith(below)
        for method in (route.methods or set()) - {"HEAD"}
    }
