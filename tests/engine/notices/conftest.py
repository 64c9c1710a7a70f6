"""An installation that tells people: a real store, a real mail server, a real other end for webhooks."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import web

from campana.domain.accounts import Account, Principal, Role
from campana.domain.campaigns import CampaignStatus
from campana.domain.notices import NoticeAddress, Told
from campana.engine.audit import Audit
from campana.engine.faults.kinds import Scene
from campana.engine.inbox.duty import Duty
from campana.engine.notices.desk import Notices
from campana.engine.notices.routes import Routes
from campana.engine.notices.service import NoticeService
from campana.engine.ports import Store
from campana.mail import SmtpMailer
from campana.posting import HttpPoster
from campana.vault import FernetVault
from tests.support.cast import make_account, make_campaign, make_list, make_sender
from tests.support.clock import HandClock
from tests.support.house import ObedientProvider
from tests.support.post_office import PostOffice, open_post_office

URL = "https://campana.test"
S = CampaignStatus


@dataclass
class Services:
    """Stands for Apprise, which has tests of its own: takes what it is given, or says what it is told to."""

    problem: str | None = None
    came: list[tuple[str, str, str]] = field(default_factory=list)
    something_came: asyncio.Event = field(default_factory=asyncio.Event)

    async def refusal(self, url: str) -> str | None:
        return "is no address that Apprise knows" if url.startswith("nosuch") else None

    async def notify(self, url: str, title: str, text: str) -> str | None:
        self.came.append((url, title, text))
        self.something_came.set()
        return self.problem


@dataclass
class Hook:
    """The other end of a webhook: keeps what is posted, and answers as told."""

    url: str = ""
    answer: int = 200
    came: list[dict[str, Any]] = field(default_factory=list)
    something_came: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        self.came.append(json.loads(await request.read()))
        self.something_came.set()
        return web.Response(status=self.answer)


@dataclass
class Tower:
    """Everything together. `look` passes time; `free` is what is left of the disk, in bytes."""

    store: Store
    clock: HandClock
    office: PostOffice
    hook: Hook
    services: Services
    desk: Notices
    service: NoticeService
    shop: Account
    bakery: Account
    free: int = 5_000_000_000

    def principal(self, account: Account | None = None, **changes: Any) -> Principal:
        account = account or self.shop
        owner = Principal(account.id, uuid4(), "ana@shop.test", Role.OWNER)
        return replace(owner, **changes)

    async def look(self, times: int = 1, *, every: timedelta = timedelta(minutes=1)) -> None:
        for _ in range(times):
            self.clock.time += every
            await self.service.look()

    async def told(self) -> dict[str, Told]:
        """How it goes, by label."""
        accounts = (self.shop, self.bakery)
        found = [each for one in accounts for each in await self.store.notice_addresses(one.id)]
        return {address.label: told for address, told in found}

    async def one(self, label: str, account: Account | None = None) -> NoticeAddress:
        found = await self.store.notice_addresses((account or self.shop).id)
        return next(address for address, _ in found if address.label == label)

    async def paused(self, name: str, account: Account | None = None) -> UUID:
        """A campaign that the engine paused."""
        sender = await make_sender(self.store, account or self.shop, f"Sender of {name}")
        campaign = await make_campaign(self.store, sender, await make_list(self.store, sender), name=name)
        await self.store.move(
            *(campaign.id, S.PAUSED),
            origins=[S.SCHEDULED],
            at=self.clock.now(),
            error="20 were not accepted.",
        )
        return campaign.id

    async def cancel(self, campaign_id: UUID) -> None:
        await self.store.move(campaign_id, S.CANCELLED, origins=[S.PAUSED], at=self.clock.now(), error="")


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook, app = Hook(), web.Application()
    app.router.add_post("/hook", hook.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    await runner.cleanup()


@pytest.fixture
async def tower(sqlite_store: Store, hook: Hook) -> AsyncIterator[Tower]:
    store, clock, services = sqlite_store, HandClock(datetime.now(UTC)), Services()
    vault, poster = FernetVault("k" * 40), HttpPoster(allow_private=True)
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(open_post_office())
        stack.push_async_callback(poster.close)
        mailer = SmtpMailer(f"smtp://127.0.0.1:{office.port}", "campana@campana.test")
        routes = Routes(vault, mailer, poster, services)
        desk = Notices(store, routes, Audit(store, clock), clock=clock, public_url=URL)
        shop, bakery = await make_account(store), await make_account(store, "Bakery")

        async def their_time() -> datetime:
            return clock.now()

        scene = Scene(
            store,
            clock,
            {"bizchat": ObedientProvider()},
            their_time=their_time,
            public_url=URL,
            free_disk=lambda: tower.free,
            least_disk=2_000_000_000,
            post=None,
        )
        service = NoticeService(scene, routes, Duty("notices", "tests", store, clock), public_url=URL)
        tower = Tower(store, clock, office, hook, services, desk, service, shop, bakery)
        yield tower
        await asyncio.wait_for(service.close(), 5)
