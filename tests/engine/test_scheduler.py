"""What is due starts, once, whatever the clock does; what cannot start says why."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from campana.domain.campaigns import CampaignStatus, OnDailyLimit
from campana.domain.senders import Credentials, Sender
from campana.engine.audit import Audit
from campana.engine.credentials import seal_credentials
from campana.engine.metrics import Metrics
from campana.engine.optouts.refusals import Refusals
from campana.engine.ports import CampaignView, Store
from campana.engine.sending.scheduler import Scheduler
from campana.engine.sending.starter import Starter
from campana.engine.sending.tools import LaneTools
from campana.engine.signals import Signals
from campana.vault import FernetVault
from tests.support.cast import MORNING, make_account, make_campaign, make_list, make_sender
from tests.support.clock import HandClock
from tests.support.product import until

_S = CampaignStatus


class Office:
    """A scheduler on a store, with a sender that has credentials."""

    def __init__(self, store: Store, clock: HandClock) -> None:
        self.store = store
        self.clock = clock
        self.signals = Signals()
        self.vault = FernetVault("a secret key of forty characters, or so..")
        self.sender: Sender | None = None

    def scheduler(self) -> Scheduler:
        audit, refusals = Audit(self.store, self.clock), Refusals(self.store, clock=self.clock)
        metrics = Metrics(CollectorRegistry())
        starter = Starter(
            LaneTools(self.store, self.vault, self.clock, self.signals, metrics, audit, refusals)
        )
        return Scheduler(self.store, starter, self.clock, self.signals, interval_s=0.05)

    async def look(self) -> None:
        """One round of a new scheduler."""
        await self.scheduler().tick()

    async def campaign(self, at: datetime, people: int = 3, **changes: object) -> UUID:
        assert self.sender is not None
        people_list = await make_list(self.store, await self._account(), people)
        campaign = await make_campaign(self.store, self.sender, people_list, scheduled_at=at, **changes)
        return campaign.id

    async def view(self, campaign_id: UUID) -> CampaignView:
        return (await self.store.progress([campaign_id]))[campaign_id]

    async def status(self, campaign_id: UUID) -> CampaignStatus:
        return (await self.view(campaign_id)).campaign.status

    async def _account(self) -> object:
        return (await self.store.accounts())[0]


@pytest.fixture
async def office(store: Store) -> Office:
    office = Office(store, HandClock(MORNING))
    account = await make_account(store)
    sealed = seal_credentials(Credentials("token-of-the-shop", "vendor-uid-of-the-shop"), office.vault)
    office.sender = await make_sender(store, account, sealed_credentials=sealed, daily_limit=10)
    return office


async def test_it_starts_at_its_time_and_not_before(office: Office) -> None:
    campaign = await office.campaign(MORNING + timedelta(hours=1))
    await office.look()
    assert await office.status(campaign) is _S.SCHEDULED
    office.clock.time += timedelta(hours=1)
    await office.look()
    assert await office.status(campaign) is _S.PROCESSING


async def test_what_came_due_while_nothing_ran_starts_at_the_first_look(office: Office) -> None:
    campaign = await office.campaign(MORNING + timedelta(hours=1))
    office.clock.time += timedelta(days=3)
    await office.look()
    view = await office.view(campaign)
    assert view.campaign.status is _S.PROCESSING
    assert view.campaign.started_at == office.clock.time


async def test_a_clock_set_back_neither_starts_early_nor_starts_again(office: Office) -> None:
    started = await office.campaign(MORNING)
    later = await office.campaign(MORNING + timedelta(hours=1))
    await office.look()
    office.clock.time -= timedelta(hours=6)
    await office.look()
    assert await office.status(started) is _S.PROCESSING
    assert await office.status(later) is _S.SCHEDULED
    office.clock.time = MORNING + timedelta(hours=1, seconds=1)
    await office.look()
    assert await office.status(later) is _S.PROCESSING


async def test_many_schedulers_start_a_campaign_once(office: Office) -> None:
    campaigns = [await office.campaign(MORNING, people=1) for _ in range(5)]
    await asyncio.gather(*(office.look() for _ in range(8)))
    views = [await office.view(campaign) for campaign in campaigns]
    assert {view.campaign.status for view in views} == {_S.PROCESSING}
    assert await office.store.usage(office.sender.id, MORNING.date()) == (0, 5)  # type: ignore[union-attr]


async def test_beyond_the_daily_limit_it_fails_with_the_numbers(office: Office) -> None:
    campaign = await office.campaign(MORNING, people=11)
    await office.look()
    view = await office.view(campaign)
    assert view.campaign.status is _S.FAILED
    assert view.campaign.error is not None
    for part in ("11", "10", "2026-03-03 00:00 UTC"):
        assert part in view.campaign.error


async def test_with_wait_it_starts_with_what_fits(office: Office) -> None:
    campaign = await office.campaign(MORNING, people=11, on_daily_limit=OnDailyLimit.WAIT)
    await office.look()
    view = await office.view(campaign)
    assert (view.campaign.status, view.reserved) == (_S.PROCESSING, 10)


@pytest.mark.parametrize("sealed", [None, "sealed with another key"])
async def test_without_credentials_it_fails_and_says_so(office: Office, sealed: str | None) -> None:
    assert office.sender is not None
    await office.store.save_sender(replace(office.sender, sealed_credentials=sealed))
    campaign = await office.campaign(MORNING)
    await office.look()
    view = await office.view(campaign)
    assert view.campaign.status is _S.FAILED
    assert view.campaign.error is not None
    assert "credentials" in view.campaign.error


async def test_it_wakes_at_the_next_due_time_without_being_told(office: Office) -> None:
    campaign = await office.campaign(MORNING + timedelta(milliseconds=30))
    scheduler = office.scheduler()
    running = asyncio.create_task(scheduler.run())
    office.clock.time += timedelta(milliseconds=30)
    try:
        await until(lambda: _started(office, campaign), patience_s=10)
    finally:
        running.cancel()


async def _started(office: Office, campaign: UUID) -> bool:
    return await office.status(campaign) is _S.PROCESSING
