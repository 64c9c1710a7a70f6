"""Builds the product out of its parts. The one place that knows all of them; it decides nothing."""

import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from campana.apprising import AppriseNotifier
from campana.config import MEBIBYTE, Settings
from campana.engine.accounts import Accounts
from campana.engine.admin_access import AdminAccess
from campana.engine.archiving.archivist import Archivist
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
from campana.engine.faults.kinds import Post, Scene
from campana.engine.ids import new_id
from campana.engine.imports import Imports
from campana.engine.inbox.addresses import Addresses
from campana.engine.inbox.intake import Intake
from campana.engine.insights import Insights
from campana.engine.lists import RecipientLists
from campana.engine.metrics import Metrics
from campana.engine.notices.desk import Notices
from campana.engine.notices.routes import Routes
from campana.engine.offers import TemplateOffers
from campana.engine.optouts.files import SuppressionFiles
from campana.engine.optouts.forecast import Forecasts
from campana.engine.optouts.preferences import AccountPreferences
from campana.engine.optouts.refusals import Refusals
from campana.engine.optouts.replies import Replies
from campana.engine.optouts.suppressions import Suppressions
from campana.engine.outgoing.endpoints import Endpoints
from campana.engine.overviews import Overviews
from campana.engine.people.services import PeopleServices
from campana.engine.ports import Store
from campana.engine.previews import Previews
from campana.engine.privacy.desk import PrivacyDesk
from campana.engine.privacy.memory import Memory
from campana.engine.reports import Reports
from campana.engine.saved_templates import SavedTemplates
from campana.engine.sender_rules import SenderPolicy
from campana.engine.senders import Gate, Senders
from campana.engine.sending.owner import this_process
from campana.engine.sending.roster import Rosters
from campana.engine.sending.slowdowns import Slowdowns
from campana.engine.sending.starter import Starter
from campana.engine.sending.tools import LaneTools
from campana.engine.service import Watch
from campana.engine.services import Services
from campana.engine.signals import Signals
from campana.engine.tenants import Tenants
from campana.engine.trials import Bench, Trials
from campana.engine.watching import ProgressHub
from campana.mail import SmtpMailer
from campana.posting import HttpPoster
from campana.providers.bizchat import BizChat
from campana.stores import ready_store
from campana.tracing import tracing_to
from campana.vault import FernetVault, derived_key

MEGABYTE = 1_000_000

if TYPE_CHECKING:
    from campana.web.app import App


@dataclass(frozen=True, slots=True)
class Outside:
    """The ways out: to people's phones, to other systems, to whoever is told of troubles, to files."""

    providers: Mapping[str, BizChat]
    poster: HttpPoster
    notices: Routes
    archives: Archives


@dataclass(frozen=True, slots=True)
class Campana:
    """The whole product, built and connected; commands and web take from it what they need."""

    settings: Settings
    store: Store
    tools: LaneTools
    outside: Outside
    starter: Starter
    services: Services

    def archivist(self) -> Archivist:
        """What moves old messages to files."""
        folder = Folder(self.settings.archive_folder)
        return Archivist(self.store, folder, self.tools.audit, self.tools.clock)

    def scene(self, *, post: Post | None) -> Scene:
        """All in which something can be wrong; without mail for whoever does not want it tried."""
        settings = self.settings
        return Scene(
            self.store,
            self.tools.clock,
            self.outside.providers,
            their_time=self.outside.providers["bizchat"].time,
            public_url=settings.public_url,
            free_disk=lambda: shutil.disk_usage(settings.data_dir).free,
            least_disk=settings.least_disk_mb * MEGABYTE,
            post=post,
        )

    def web_app(self, watch: Watch) -> "App":
        """The web application; it is ready when the services of `watch` are in order."""
        # Most commands serve nothing, and start in two thirds of the time without it.
        from campana.web.app import Monitoring, WebSettings, create_app  # noqa: PLC0415

        async def complaints() -> Sequence[str]:
            return watch.complaints()

        secret_keys = self.settings.keys()
        return create_app(
            self.services,
            monitoring=Monitoring(self.tools.metrics.registry, complaints, self.tools.tracing),
            clock=self.tools.clock,
            settings=WebSettings(
                max_upload=self.settings.max_upload_mb * MEBIBYTE,
                work_dir=self.settings.data_dir,
                public_url=self.settings.public_url,
                allowed_hosts=self.settings.hosts,
                trusted_proxies=self.settings.proxies,
                cookie_keys=[derived_key(key, "cookies 1") for key in secret_keys],
            ),
        )


@asynccontextmanager
async def built(settings: Settings) -> AsyncIterator[Campana]:
    """The product on these settings, for as long as the block lasts. An empty database gets its tables.

    Raises StoreUnavailable when the database cannot be asked or is of another version, ConfigurationError.
    """
    settings.prepare_data_dir()
    present, *former = settings.keys()
    vault = FernetVault(present, former_keys=former, reread=settings.keys)
    async with AsyncExitStack() as stack:
        to, share = settings.otlp_endpoint, settings.traced_share
        tracing = stack.enter_context(tracing_to(to, share=share, process=this_process()))
        store = tracing.around("store", await ready_store(settings.store_url))
        stack.push_async_callback(store.close)
        urls = {"bizchat": settings.bizchat_base_url, "practice": settings.practice_base_url}
        providers = {name: tracing.around("provider", BizChat(url)) for name, url in urls.items()}
        for provider in providers.values():
            stack.push_async_callback(provider.close)
        clock = SystemClock()
        refusals = Refusals(store, clock=clock)
        metrics, audit = Metrics(CollectorRegistry()), Audit(store, clock)
        tools = LaneTools(store, vault, clock, Signals(), metrics, audit, refusals, tracing)
        starter = Starter(tools)
        poster = HttpPoster(allow_private=settings.webhooks_allow_private)
        stack.push_async_callback(poster.close)
        notifier = AppriseNotifier(allow_private=settings.webhooks_allow_private)
        routes = Routes(vault, mailer_of(settings), poster, notifier)
        outside = Outside(providers, poster, routes, Archives(store, Folder(settings.archive_folder)))
        services = _services(settings, tools, outside, starter)
        stack.push_async_callback(services.offers.close)
        yield Campana(settings, store, tools, outside, starter, services)


def _services(settings: Settings, tools: LaneTools, outside: Outside, starter: Starter) -> Services:
    store, clock, audit, providers = tools.store, tools.clock, tools.audit, outside.providers
    (accounts, people), memory = _people(settings, tools), Memory(store, tools.vault)
    drafting, estimates = Drafting(store, memory, clock=clock), Estimates(store, providers, clock=clock)
    (campaigns, control), senders = _campaigns(tools, drafting, starter), _senders(settings, tools, providers)
    return Services(
        catalog=store,
        accounts=accounts,
        audit=audit,
        people=people,
        tenants=Tenants(store, audit, people.invitations, clock=clock, signals=tools.signals),
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
        reports=Reports(store, outside.archives, audit),
        slowdowns=Slowdowns(store, providers),
        rosters=Rosters(store, clock),
        insights=Insights(store, providers, clock=clock),
        comparisons=Comparisons(store, providers),
        overviews=Overviews(store, clock=clock),
        suppressions=Suppressions(store, audit, clock=clock),
        endpoints=Endpoints(store, tools.vault, outside.poster, audit, clock=clock),
        notices=Notices(store, outside.notices, audit, clock=clock, public_url=settings.public_url),
        addresses=Addresses(store, tools.vault, audit, clock=clock, public_url=settings.public_url),
        intake=Intake(store, clock, tools.metrics.inbox),
        suppression_files=SuppressionFiles(store, audit, clock=clock),
        replies=Replies(store, audit),
        preferences=AccountPreferences(store, audit),
        privacy=PrivacyDesk.over(store, outside.archives, memory, audit, clock),
        hub=ProgressHub(store),
    )


def _campaigns(tools: LaneTools, drafting: Drafting, starter: Starter) -> tuple[Campaigns, Control]:
    campaigns = Campaigns(tools.store, drafting, tools.audit, clock=tools.clock, signals=tools.signals)
    return campaigns, Control(tools.store, Levers(starter, tools.signals), tools.audit, clock=tools.clock)


def _senders(settings: Settings, tools: LaneTools, providers: Mapping[str, BizChat]) -> Senders:
    policy = SenderPolicy(
        rate_limit_per_s=settings.rate_limit_per_s,
        daily_limit=settings.daily_limit,
        timezone=settings.timezone,
        country=settings.country,
    )
    gate = Gate(tools.vault, providers)
    return Senders(tools.store, gate, tools.audit, clock=tools.clock, signals=tools.signals, policy=policy)


def mailer_of(settings: Settings) -> SmtpMailer | None:
    """The way for mail, where one is set. Raises ConfigurationError."""
    url = settings.smtp_url
    return SmtpMailer(url.get_secret_value(), settings.mail_from) if url else None


def _people(settings: Settings, tools: LaneTools) -> tuple[Accounts, PeopleServices]:
    accounts = Accounts(tools.store, tools.clock, tools.audit)
    return accounts, PeopleServices.over(
        *(tools.store, accounts, tools.audit),
        clock=tools.clock,
        vault=tools.vault,
        public_url=settings.public_url,
        mailer=mailer_of(settings),
    )
