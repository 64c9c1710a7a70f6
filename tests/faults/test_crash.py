"""kill -9, two workers, a sleeping lane: nobody twice, nobody lost, with the provider's ledger as witness."""

import asyncio
import random
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from campana.domain.errors import StoreUnavailable
from campana.simulator import Simulator, SimulatorConfig, in_thread
from campana.stores import open_store
from tests.faults.half_a_statement import lanes_held
from tests.support.postgres import Cluster
from tests.support.product import Product, Running, judge, product, until
from tests.support.stores import FreshUrl

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

RATE = 150
MOST = RATE * 1.5
"""at the provider, which notes arrivals late on a busy machine; the strict figure is the bench's part"""


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with in_thread(SimulatorConfig(latency_ms=150, jitter_ms=100)) as simulator:
        yield simulator


@pytest.fixture
async def shop(tmp_path: Path, store_url: str, simulator: Simulator) -> AsyncIterator[Product]:
    settings = {"DATABASE_URL": store_url, "BIZCHAT_BASE_URL": simulator.base_url}
    async with product(tmp_path, **settings) as shop:
        yield shop


def sent_to(simulator: Simulator) -> list[str]:
    return [entry.phone for entry in simulator.ledger.entries if entry.sent]


async def put_to_sleep(worker: Running, shop: Product) -> None:
    """Stop it when it does not hold SQLite's one lock: it would keep that while it sleeps, and nobody could
    take anything over. PostgreSQL ends the session of a holder that says nothing more."""
    while True:
        worker.signal(signal.SIGSTOP)
        if shop.settings["DATABASE_URL"].startswith("postgresql") or is_free(shop.settings["DATABASE_URL"]):
            return
        worker.signal(signal.SIGCONT)
        await asyncio.sleep(0.01)


def is_free(url: str) -> bool:
    """Whether somebody could write to that SQLite database now."""
    with closing(sqlite3.connect(url.partition("///")[2], timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
    return True


async def test_kill_9_at_random_moments_doubles_and_loses_nobody(shop: Product, simulator: Simulator) -> None:
    serving = await shop.start()
    sender = await shop.make_sender(rate_limit_per_s=RATE)
    campaign = await shop.make_campaign(sender, 1200)
    kills = 3
    for _ in range(kills):
        reached = len(sent_to(simulator))
        await simulator.wait_for_messages(reached + random.randint(50, 200))
        await serving.kill()
        serving = await shop.start()
    assert (await shop.ended(campaign))["status"] == "COMPLETED"
    statuses = judge(await shop.messages(campaign), sent_to(simulator))
    assert statuses.total() == 1200
    assert set(statuses) <= {"SENT", "UNKNOWN"}
    assert statuses["UNKNOWN"] <= kills * RATE
    assert simulator.ledger.summary()["max_per_second"] <= MOST


async def test_sigterm_finishes_what_is_in_flight_and_gives_back_the_rest(
    shop: Product, simulator: Simulator
) -> None:
    serving = await shop.start()
    sender = await shop.make_sender(rate_limit_per_s=RATE)
    campaign = await shop.make_campaign(sender, 600)
    await simulator.wait_for_messages(100)
    async with asyncio.timeout(10):
        assert await serving.terminate() == 0
    left = len(simulator.ledger.entries)
    await shop.start()
    counts = (await shop.campaign(campaign))["counts"]
    assert counts["unknown"] == 0
    assert left <= counts["sent"] + counts["sending"]
    assert (await shop.ended(campaign))["status"] == "COMPLETED"
    assert judge(await shop.messages(campaign), sent_to(simulator)) == {"SENT": 600}


async def test_two_workers_on_one_database_one_killed(shop: Product, simulator: Simulator) -> None:
    await shop.start("web")
    workers = [await shop.start("worker"), await shop.start("worker")]
    sender = await shop.make_sender(rate_limit_per_s=RATE)
    campaigns = [await shop.make_campaign(sender, 400, first=first) for first in (0, 1000)]
    await simulator.wait_for_messages(150)
    await workers[0].kill()
    await simulator.wait_for_messages(300, timeout=60)
    await workers[1].kill()
    await shop.start("worker")
    messages = []
    for campaign in campaigns:
        assert (await shop.ended(campaign))["status"] == "COMPLETED"
        messages += await shop.messages(campaign)
    statuses = judge(messages, sent_to(simulator))
    assert statuses.total() == 800
    assert statuses["UNKNOWN"] <= 2 * RATE
    assert simulator.ledger.summary()["max_per_second"] <= MOST


async def test_a_lane_whose_lease_ran_out_while_it_slept_sends_nothing_more(
    shop: Product, simulator: Simulator
) -> None:
    await shop.start("web")
    sleeper = await shop.start("worker")
    sender = await shop.make_sender(rate_limit_per_s=RATE)
    campaign = await shop.make_campaign(sender, 900)
    await simulator.wait_for_messages(100)
    await put_to_sleep(sleeper, shop)
    asleep = len(simulator.ledger.entries)
    await shop.start("worker")
    await simulator.wait_for_messages(asleep + 100, timeout=60)
    sleeper.signal(signal.SIGCONT)
    assert (await shop.ended(campaign))["status"] == "COMPLETED"

    async def noticed() -> bool:
        return any(line["event"] == "lane.lost" for line in sleeper.log())

    await until(noticed, what="the sleeper noticing that its lane is gone")
    statuses = judge(await shop.messages(campaign), sent_to(simulator))
    assert statuses.total() == 900
    assert statuses["UNKNOWN"] <= RATE
    assert simulator.ledger.summary()["max_per_second"] <= MOST


@pytest.mark.postgres
async def test_who_sleeps_in_the_middle_of_a_statement_keeps_no_lane(fresh_postgresql: FreshUrl) -> None:
    with fresh_postgresql() as url:
        store = await open_store(url)

        async def taken() -> bool:
            with suppress(StoreUnavailable):
                await store.acquire(uuid4(), "nobody", ttl_s=1.0, day=date(2026, 11, 5))
                return True
            return False

        async with lanes_held(url):
            assert not await taken()
            await until(taken, what="the lanes")
        await store.close()


async def test_what_came_due_while_it_was_down_starts_when_it_is_back(
    shop: Product, simulator: Simulator
) -> None:
    serving = await shop.start()
    sender = await shop.make_sender()
    campaign = await shop.make_campaign(sender, 5, scheduled_at="now", on_daily_limit="wait")
    await shop.ended(campaign)
    later = await shop.make_campaign(sender, 5, first=100, scheduled_at=shop.in_seconds(2))
    await serving.kill()
    await asyncio.sleep(2.5)  # its time passes while nothing runs: that is the case
    await shop.start()
    assert (await shop.ended(later))["counts"]["sent"] == 5


async def test_postgresql_stopped_and_started_in_mid_campaign(
    tmp_path: Path, postgres: Cluster, simulator: Simulator
) -> None:
    settings = {
        "DATABASE_URL": postgres.url(postgres.create_database()),
        "BIZCHAT_BASE_URL": simulator.base_url,
    }
    async with product(tmp_path, **settings) as shop:
        serving = await shop.start()
        sender = await shop.make_sender(rate_limit_per_s=RATE)
        campaign = await shop.make_campaign(sender, 900)
        await simulator.wait_for_messages(150)
        await asyncio.to_thread(postgres.stop)
        await shop.logged("service.trouble")
        await shop.answers("/readyz", 503)
        await asyncio.to_thread(postgres.start)
        await shop.answers("/readyz", 200)
        assert serving.process.returncode is None
        assert (await shop.ended(campaign))["status"] == "COMPLETED"
        statuses = judge(await shop.messages(campaign), sent_to(simulator))
        assert statuses.total() == 900
        assert statuses["UNKNOWN"] <= RATE
