"""Starts a campaign whose time has come, or says why it cannot start."""

import structlog
from structlog.contextvars import bound_contextvars

from campana.domain.campaigns import Campaign, CampaignStatus
from campana.domain.errors import ConfigurationError
from campana.domain.limits import capped, day_of, resets_at
from campana.domain.senders import Sender
from campana.engine.credentials import open_credentials
from campana.engine.ports import Clock, Start, StartVerdict
from campana.engine.sending.halting import suspended_text
from campana.engine.sending.stops import Stops
from campana.engine.sending.tools import LaneTools

log = structlog.get_logger(__name__)


class Starter:
    """SCHEDULED to PROCESSING, after a look at the credentials and the day's room. Many may try; one wins."""

    def __init__(self, tools: LaneTools) -> None:
        self._store = tools.store
        self._vault = tools.vault
        self._clock = tools.clock
        self._signals = tools.signals
        self._metrics = tools.metrics
        self._stops = Stops(tools.audit, tools.metrics)
        self._tracing = tools.tracing

    async def start(self, campaign: Campaign, sender: Sender) -> bool:
        """Start it; whether this call did. A campaign that cannot start is FAILED, a resumed one, and one of
        a suspended account, PAUSED."""
        told = {"campaign": str(campaign.id), "sender": str(sender.id)}
        with bound_contextvars(**told), self._tracing.step("campaign.start", told):
            return await self._start(campaign, sender)

    async def _start(self, campaign: Campaign, sender: Sender) -> bool:
        account = await self._store.account(campaign.account_id)
        if account is None:
            return False
        if account.suspended:
            await self._refuse(campaign, suspended_text(account), later=True)
            return False
        sender = capped(sender, account)
        try:
            open_credentials(sender, self._vault)
        except ConfigurationError as error:
            await self._refuse(campaign, str(error))
            return False
        now = self._clock.now()
        day = day_of(now, sender.timezone)
        start = await self._store.start(campaign.id, now=now, day=day, daily_limit=sender.daily_limit)
        if start.verdict is StartVerdict.NO_ROOM:
            await self._refuse(campaign, _no_room(start, sender, self._clock))
        if start.verdict is not StartVerdict.STARTED:
            return False
        if campaign.scheduled_at is not None:
            self._metrics.scheduler_lag.observe(max(0.0, (now - campaign.scheduled_at).total_seconds()))
        log.info("Processing scheduled campaign: %s", campaign.id)
        self._signals.ring()
        return True

    async def _refuse(self, campaign: Campaign, reason: str, *, later: bool = False) -> None:
        target = CampaignStatus.PAUSED if later or campaign.started_at else CampaignStatus.FAILED
        moved = await self._store.move(
            campaign.id, target, origins=[CampaignStatus.SCHEDULED], at=self._clock.now(), error=reason
        )
        if moved:
            await self._stops.tell(campaign, target, reason)
        self._signals.ring()


def _no_room(start: Start, sender: Sender, clock: Clock) -> str:
    until = resets_at(day_of(clock.now(), sender.timezone), sender.timezone)
    return (
        f"Daily limit: {start.needed} messages are to go out, "
        f"but only {start.room} of the {sender.daily_limit} a day are left for sender {sender.name!r}. "
        f"The limit resets at {until:%Y-%m-%d %H:%M} UTC. "
        'Schedule it for another day, raise the limit, or let it wait (on_daily_limit "wait").'
    )
