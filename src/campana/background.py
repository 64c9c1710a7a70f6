"""Which services work in which process. Made of what bootstrap built; decides nothing else."""

from datetime import timedelta

from campana.bootstrap import Campana
from campana.domain.archives import span_of
from campana.domain.campaigns import Campaign
from campana.domain.senders import Sender
from campana.engine.archiving.service import ArchivingService
from campana.engine.compatibility import Compatibility
from campana.engine.inbox.duty import Duty
from campana.engine.inbox.matching import Matching
from campana.engine.inbox.polling import Polling
from campana.engine.inbox.working_off import WorkingOff
from campana.engine.notices.service import NoticeService
from campana.engine.optouts.desk import OptOutDesk
from campana.engine.optouts.flags import Flags
from campana.engine.optouts.keeping import OptOutService
from campana.engine.outgoing.courier import Courier
from campana.engine.privacy.duties import PrivacyService
from campana.engine.privacy.retention import Retention
from campana.engine.sending.owner import is_dead, this_process
from campana.engine.sending.recovery import Recovery
from campana.engine.sending.scheduler import Scheduler
from campana.engine.sending.worker import Worker
from campana.engine.service import Service, Watch


def of_a_worker(campana: Campana) -> Watch:
    """What sends, what deals with what comes back, and what looks after the rest."""
    tools, every_s = campana.tools, campana.settings.scheduler_interval_s
    scheduler = Scheduler(campana.store, campana.starter, tools.clock, tools.signals, interval_s=every_s)
    sending = (_recovery(campana), scheduler, _worker(campana))
    telling = (_courier(campana), _notices(campana), _compatibility(campana))
    return Watch([*sending, _opt_outs(campana), *_inbox(campana), *telling, *_keeping(campana)])


def of_a_web_server(campana: Campana) -> Watch:
    """What tells people when no worker is there to do it."""
    return Watch([_notices(campana), _compatibility(campana)])


async def send_here(campana: Campana, campaign: Campaign, sender: Sender) -> None:
    """Start this campaign and send it from this process, with its sender's lane only; until cancelled."""
    await campana.starter.start(campaign, sender)
    await Watch([_recovery(campana), _worker(campana, only=sender), _opt_outs(campana)]).run()


def _duty(campana: Campana, name: str) -> Duty:
    return Duty(name, this_process(), campana.store, campana.tools.clock)


def _compatibility(campana: Campana) -> Compatibility:
    return Compatibility(campana.store, campana.tools.clock)


def _recovery(campana: Campana) -> Recovery:
    return Recovery(campana.store, campana.tools.clock, campana.tools.signals, is_dead)


def _worker(campana: Campana, only: Sender | None = None) -> Worker:
    return Worker(this_process(), campana.tools, campana.outside.providers, only=only.id if only else None)


def _inbox(campana: Campana) -> list[Service]:
    store, tools, receipts = campana.store, campana.tools, _duty(campana, "receipts")
    clock, metrics = tools.clock, tools.metrics.inbox
    working_off = WorkingOff(
        store,
        campana.outside.providers,
        receipts,
        clock=clock,
        metrics=metrics,
        bell=campana.services.intake.bell,
        desk=OptOutDesk(store, tools.refusals, clock=clock, signals=tools.signals),
        tracing=tools.tracing,
    )
    matching = Matching(store, receipts, clock=clock, metrics=metrics)
    return [working_off, matching, Polling(tools, campana.outside.providers, _duty(campana, "polling"))]


def _opt_outs(campana: Campana) -> OptOutService:
    tools = campana.tools
    flags = Flags(campana.store, tools.vault, campana.outside.providers, clock=tools.clock)
    return OptOutService(tools.refusals, flags, _duty(campana, "flags"), tools.clock)


def _courier(campana: Campana) -> Courier:
    clock, keep = campana.tools.clock, timedelta(days=campana.settings.webhooks_keep_days)
    duty = _duty(campana, "webhooks")
    return Courier(campana.store, campana.tools.vault, campana.outside.poster, duty, clock=clock, keep=keep)


def _notices(campana: Campana) -> NoticeService:
    # Whether mail goes is told by the address that it does not get to; nobody signs in each minute to ask.
    scene = campana.scene(post=None)
    duty, public_url = _duty(campana, "notices"), campana.settings.public_url
    return NoticeService(scene, campana.outside.notices, duty, public_url=public_url)


def _keeping(campana: Campana) -> list[Service]:
    """What looks after data that are there: people's rights in them, and old messages."""
    days, clock = campana.settings.archive_after_days, campana.tools.clock
    retention = Retention(campana.store, campana.tools.audit, clock)
    erasing, duty = campana.services.privacy.erasing, _duty(campana, "privacy")
    privacy = PrivacyService(erasing, retention, duty, clock)
    if days is None:
        return [privacy]
    archiving = ArchivingService(campana.archivist(), span_of(days), _duty(campana, "archiving"), clock)
    return [privacy, archiving]
