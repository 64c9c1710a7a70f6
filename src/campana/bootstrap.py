"""Builds the product out of its parts. The one place that knows all of them; it decides nothing."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from campana.config import MEBIBYTE, Settings
from campana.domain.archives import span_of
from campana.domain.campaigns import Campaign
from campana.domain.senders import Sender
from campana.engine.accounts import Accounts
from campana.engine.admin_access import AdminAccess
from campana.engine.archiving.archivist import Archivist
from campana.engine.archiving.files import Folder
from campana.engine.archiving.reading import Archives
from campana.engine.archiving.service import ArchivingService
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
from campana.engine.inbox.polling import Polling
from campana.engine.inbox.working_off import WorkingOff
from campana.engine.insights import Insights
from campana.engine.lists import RecipientLists
from campana.engine.metrics import Metrics
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
from campana.engine.outgoing.courier import Courier
from campana.engine.outgoing.endpoints import Endpoints
from campana.engine.overviews import Overviews
from campana.engine.people.services import PeopleServices
from campana.engine.ports import Store
from campana.engine.previews import Previews
from campana.engine.privacy.desk import PrivacyDesk
from campana.engine.privacy.duties import PrivacyService
from campana.engine.privacy.memory import Memory
from campana.engine.privacy.retention import Retention
from campana.engine.reports import Reports
from campana.engine.saved_templates import SavedTemplates
from campana.engine.sender_rules import SenderPolicy
from campana.engine.senders import Gate, Senders
from campana.engine.sending.owner import is_dead, this_process
from campana.engine.sending.recovery import Recovery
from campana.engine.sending.roster import Rosters
from campana.engine.sending.scheduler import Scheduler
from campana.engine.sending.slowdowns import Slowdowns
from campana.engine.sending.starter import Starter
from campana.engine.sending.tools import LaneTools
from campana.engine.sending.worker import Worker
from campana.engine.service import Service, Watch
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

if TYPE_CHECKING:
    from campana.web.app import App


@dataclass(frozen=True, slots=True)
class Campana:
    """The whole product, built and connected; commands and web take from it what they need."""

    settings: Settings
    store: Store
    tools: LaneTools
    providers: Mapping[str, BizChat]
    starter: Starter
    poster: HttpPoster
    services: Services

    def watch(self) -> Watch:
        """The engine's services: what sends, and what deals with what comes back."""
        tools, every_s = self.tools, self.settings.scheduler_interval_s
        scheduler = Scheduler(self.store, self.starter, tools.clock, tools.signals, interval_s=every_s)
        senders = (self._recovery(), scheduler, self._worker())
        return Watch([*senders, self._opt_outs(), *self._inbox(), self._courier(), *self._keeping()])

    def archivist(self) -> Archivist:
        """What moves old messages to files."""
        folder = Folder(self.settings.archive_folder)
        return Archivist(self.store, folder, self.tools.audit, self.tools.clock)

    async def send_here(self, campaign: Campaign, sender: Sender) -> None:
        """Start this campaign and send it from this process, with its sender's lane only; until cancelled."""
        await self.starter.start(campaign, sender)
        await Watch([self._recovery(), self._worker(only=sender), self._opt_outs()]).run()

    def web_app(self, watch: Watch | None) -> "App":
        """The web application; it is ready when the services of `watch` are in order."""
        # Most commands serve nothing, and start in two thirds of the time without it.
        from campana.web.app import Monitoring, WebSettings, create_app  # noqa: PLC0415

        async def complaints() -> Sequence[str]:
            return watch.complaints() if watch else []

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

    def _recovery(self) -> Recovery:
        return Recovery(self.store, self.tools.clock, self.tools.signals, is_dead)

    def _inbox(self) -> list[Service]:
        clock, metrics = self.tools.clock, self.tools.metrics.inbox
        receipts, polling = (
            Duty(name, this_process(), self.store, clock) for name in ("receipts", "polling")
        )
        working_off = WorkingOff(
            self.store,
            self.providers,
            receipts,
            clock=clock,
            metrics=metrics,
            bell=self.services.intake.bell,
            desk=OptOutDesk(self.store, self.tools.refusals, clock=clock, signals=self.tools.signals),
            tracing=self.tools.tracing,
        )
        matching = Matching(self.store, receipts, clock=clock, metrics=metrics)
        return [working_off, matching, Polling(self.tools, self.providers, polling)]

    def _opt_outs(self) -> OptOutService:
        flags = Flags(self.store, self.tools.vault, self.providers, clock=self.tools.clock)
        duty = Duty("flags", this_process(), self.store, self.tools.clock)
        return OptOutService(self.tools.refusals, flags, duty, self.tools.clock)

    def _keeping(self) -> list[Service]:
        """What looks after data that are there: people's rights in them, and old messages."""
        days, clock = self.settings.archive_after_days, self.tools.clock
        if days is None:
            return [self._privacy()]
        duty = Duty("archiving", this_process(), self.store, clock)
        return [self._privacy(), ArchivingService(self.archivist(), span_of(days), duty, clock)]

    def _privacy(self) -> PrivacyService:
        clock = self.tools.clock
        retention = Retention(self.store, self.tools.audit, clock)
        duty = Duty("privacy", this_process(), self.store, clock)
        return PrivacyService(self.services.privacy.erasing, retention, duty, clock)

    def _courier(self) -> Courier:
        clock, keep = self.tools.clock, timedelta(days=self.settings.webhooks_keep_days)
        duty = Duty("webhooks", this_process(), self.store, clock)
        return Courier(self.store, self.tools.vault, self.poster, duty, clock=clock, keep=keep)

    def _worker(self, only: Sender | None = None) -> Worker:
        return Worker(this_process(), self.tools, self.providers, only=only.id if only else None)


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
        services = _services(settings, tools, providers, starter, poster)
        stack.push_async_callback(services.offers.close)
        yield Campana(settings, store, tools, providers, starter, poster, services)


def _services(
    settings: Settings,
    tools: LaneTools,
    providers: Mapping[str, BizChat],
    starter: Starter,
    poster: HttpPoster,
) -> Services:
    store, clock, signals, audit = tools.store, tools.clock, tools.signals, tools.audit
    (accounts, people), memory = _people(settings, tools), Memory(store, tools.vault)
    drafting, estimates = Drafting(store, memory, clock=clock), Estimates(store, providers, clock=clock)
    campaigns, control = _campaigns(tools, drafting, starter)
    senders, archives = _senders(settings, tools, providers), Archives(store, Folder(settings.archive_folder))
    return Services(
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
        endpoints=Endpoints(store, tools.vault, poster, audit, clock=clock),
        addresses=Addresses(store, tools.vault, audit, clock=clock, public_url=settings.public_url),
        intake=Intake(store, clock, tools.metrics.inbox),
        suppression_files=SuppressionFiles(store, audit, clock=clock),
        replies=Replies(store, audit),
        preferences=AccountPreferences(store, audit),
        privacy=PrivacyDesk.over(store, archives, memory, audit, clock),
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
