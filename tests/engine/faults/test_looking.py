"""Each fault, planted in a real store: it is seen, with what is wrong, and no other one is."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from uuid import UUID

import pytest

from campana.domain.campaigns import CampaignStatus
from campana.domain.messages import MessageStatus
from campana.domain.senders import Sender, Webhook
from campana.engine.clock import SystemClock
from campana.engine.faults import looking
from campana.engine.faults.kinds import Fault, Scene
from campana.engine.faults.looking import faults
from campana.engine.ports import HostPace, Post, Store
from campana.mail import SmtpMailer
from campana.providers.bizchat import BizChat
from tests.support.cast import (
    MORNING,
    hold_lane,
    make_account,
    make_campaign,
    make_list,
    make_sender,
    outcome,
    running_campaign,
    settle,
    take,
    told,
    wamid,
)
from tests.support.house import ObedientProvider
from tests.support.product import free_port

C, M = CampaignStatus, MessageStatus
FAR = "bizchatapi.example"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def scene(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A healthy installation at work: a worker, a lane that is held, a campaign that moves."""
    monkeypatch.setattr(looking, "LOOK_AGAIN_S", 0.0)
    sender = await make_sender(sqlite_store, await make_account(sqlite_store))
    campaign = await running_campaign(sqlite_store, sender, 120)
    lease = await hold_lane(sqlite_store, sender)
    await settle(sqlite_store, lease, await take(sqlite_store, lease, campaign, limit=60), at=now())
    await sqlite_store.say_alive("worker-1", rate=29, ttl_s=60)

    async def their_time() -> datetime:
        return now()

    return Scene(
        sqlite_store,
        SystemClock(),
        {"bizchat": ObedientProvider(host=FAR)},
        their_time=their_time,
        public_url="https://campana.example",
        free_disk=lambda: 5_000_000_000,
        least_disk=2_000_000_000,
        post=None,
    )


async def seen(scene: Scene) -> dict[Fault, list[str]]:
    return {fault: [one.text for one in found] async for fault, found in faults(scene) if found}


async def the_sender(store: Store) -> Sender:
    (account,) = await store.accounts()
    (sender,) = (await store.senders(account.id, limit=10)).items
    return sender


async def campaign_that(store: Store, *moves: CampaignStatus, error: str) -> UUID:
    sender = await the_sender(store)
    campaign = await make_campaign(store, sender, await make_list(store, sender), name="Holi")
    for target in moves:
        await store.move(campaign.id, target, origins=[C.SCHEDULED], at=now(), error=error)
    return campaign.id


async def failed(scene: Scene) -> Scene:
    await campaign_that(scene.store, C.FAILED, error="BizChat refuses the sender's credentials.")
    return scene


async def paused(scene: Scene) -> Scene:
    await campaign_that(scene.store, C.PAUSED, error="20 messages in a row were not accepted.")
    return scene


async def overdue(scene: Scene) -> Scene:
    await campaign_that(scene.store, error="")
    return scene


async def no_worker(scene: Scene) -> Scene:
    await scene.store.say_gone("worker-1")
    return scene


async def nobodys_lane(scene: Scene) -> Scene:
    for holder in await scene.store.holders():
        await scene.store.void(holder.sender_id, holder.fence)
    return scene


async def slow(scene: Scene) -> Scene:
    await scene.store.slow_host(FAR, HostPace(factor=0.5, reason="HTTP 429"))
    return scene


async def errors(scene: Scene) -> Scene:
    account, sender = (await scene.store.accounts())[0], await the_sender(scene.store)
    (view,) = await scene.store.running([account.id])
    await scene.store.void(sender.id, (await scene.store.holders())[0].fence)
    lease = await hold_lane(scene.store, sender)
    taken = await take(scene.store, lease, view.campaign, limit=8, after_row=61)
    results = [outcome(one, M.FAILED, code="131000", reason="refused") for one in taken]
    await scene.store.settle(lease, results, day=MORNING.date())
    return scene


async def queue(scene: Scene) -> Scene:
    """A campaign that started long ago and had nothing accepted, alone."""
    for view in await scene.store.running([(await scene.store.accounts())[0].id]):
        await scene.store.move(view.campaign.id, C.CANCELLED, origins=[C.PROCESSING], at=now())
    await running_campaign(scene.store, await the_sender(scene.store), 7)
    return scene


async def inbox(scene: Scene) -> Scene:
    sender = await the_sender(scene.store)
    await scene.store.store_posts([Post(sender.id, now() - timedelta(seconds=301), b"{}")])
    return scene


async def silence(scene: Scene) -> Scene:
    sender = await the_sender(scene.store)
    await scene.store.save_webhook(Webhook(sender.id, digest="digest", sealed="sealed"))
    (view,) = await scene.store.running([sender.account_id])
    await scene.store.void(sender.id, (await scene.store.holders())[0].fence)
    lease = await hold_lane(scene.store, sender)
    taken = await take(scene.store, lease, view.campaign, limit=41, after_row=61)
    await settle(scene.store, lease, taken, at=now())
    return scene


async def public_url(scene: Scene) -> Scene:
    sender = await the_sender(scene.store)
    await scene.store.save_webhook(Webhook(sender.id, digest="digest", sealed="sealed"))
    return replace(scene, public_url="http://127.0.0.1:8000")


async def disk(scene: Scene) -> Scene:
    return replace(scene, free_disk=lambda: 1_999_999_999)


async def clock(scene: Scene) -> Scene:
    """A provider that answers over HTTP, and whose clock is an hour ahead of ours."""
    port = free_port()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        date = format_datetime(now() + timedelta(hours=1), usegmt=True)
        writer.write(f"HTTP/1.1 404 Not Found\r\nDate: {date}\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()

    async def ask() -> datetime | None:
        server = await asyncio.start_server(answer, "127.0.0.1", port)
        async with server, BizChat(f"http://127.0.0.1:{port}/api") as provider:
            return await provider.time()

    return replace(scene, their_time=ask)


async def mail(scene: Scene) -> Scene:
    return replace(scene, post=SmtpMailer(f"smtp://127.0.0.1:{free_port()}", "campana@shop.test"))


Plant = Callable[[Scene], Awaitable[Scene]]
PLANTED: list[tuple[Fault, Plant, str]] = [
    (Fault.CAMPAIGN_FAILED, failed, "campaign 'Holi' of Shop failed at"),
    (Fault.CAMPAIGN_PAUSED, paused, "20 messages in a row were not accepted"),
    (Fault.CAMPAIGN_OVERDUE, overdue, "campaign 'Holi' of Shop is overdue by"),
    (Fault.NO_WORKER, no_worker, "no worker is alive, and 1 campaigns need one"),
    (Fault.LANE_WITHOUT_OWNER, nobodys_lane, "has work and nobody sends for it"),
    (Fault.PROVIDER_SLOW, slow, f"{FAR} lets us send at 50% of the rate (HTTP 429)"),
    (Fault.ERROR_RATE, errors, "12% of 68 messages"),
    (Fault.QUEUE_STANDS, queue, "7 messages wait and none has left for 10 min"),
    (Fault.INBOX_STANDS, inbox, "1 posts of providers wait, the oldest for 5 min"),
    (Fault.WEBHOOK_SILENCE, silence, "101 messages accepted in the last hour, and nothing ever came back"),
    (Fault.PUBLIC_URL, public_url, "CAMPANA_PUBLIC_URL is http://127.0.0.1:8000"),
    (Fault.DISK_LOW, disk, "2.0 GB are left where CAMPANA_DATA_DIR is, less than 2.0"),
    (Fault.CLOCK_OFF, clock, "s against BizChat's"),
    (Fault.MAIL_FAILS, mail, "127.0.0.1:"),
]


@pytest.mark.parametrize(("fault", "plant", "says"), PLANTED, ids=[one[0].name for one in PLANTED])
async def test_a_planted_fault_is_seen_and_no_other(
    scene: Scene, fault: Fault, plant: Plant, says: str
) -> None:
    assert await seen(scene) == {}
    found = await seen(await plant(scene))
    assert found.keys() == {fault}, found
    assert says in found[fault][0]


def test_every_fault_is_planted_above() -> None:
    assert {fault for fault, _, _ in PLANTED} == set(Fault)


async def test_what_a_person_paused_is_no_fault(scene: Scene) -> None:
    await campaign_that(scene.store, C.PAUSED, error="paused by olga@shop.test")
    assert await seen(scene) == {}


async def test_numbers_that_a_receipt_refuses_are_no_errors(scene: Scene) -> None:
    sender = await the_sender(scene.store)
    (view,) = await scene.store.running([sender.account_id])
    for row in range(2, 40):
        assert await told(scene.store, sender, wamid(view.campaign.id, row), M.FAILED)
    assert await seen(scene) == {}


@pytest.mark.parametrize(("ago_s", "silent"), [(10, False), (3700, True)])
async def test_a_busy_sender_that_was_heard_within_the_hour_is_not_silent(
    scene: Scene, ago_s: int, silent: bool
) -> None:
    await silence(scene)
    sender = await the_sender(scene.store)
    await scene.store.store_posts([Post(sender.id, now() - timedelta(seconds=ago_s), b"{}")])
    await scene.store.drop_posts(await scene.store.waiting_posts(limit=1, most_bytes=100), [])
    assert (Fault.WEBHOOK_SILENCE in await seen(scene)) is silent


async def test_nobody_has_to_work_where_nothing_is_to_be_done(scene: Scene) -> None:
    await no_worker(scene)
    for view in await scene.store.running([(await scene.store.accounts())[0].id]):
        await scene.store.move(view.campaign.id, C.CANCELLED, origins=[C.PROCESSING], at=now())
    assert await seen(scene) == {}
