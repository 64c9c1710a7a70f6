"""Limits and orders: the rate over several campaigns, the daily limit, pause and cancel within a second."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from campana.simulator import Simulator, SimulatorConfig, in_thread
from tests.support.product import Product, product

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with in_thread(SimulatorConfig(latency_ms=100, jitter_ms=50)) as simulator:
        yield simulator


@pytest.fixture
async def shop(tmp_path: Path, store_url: str, simulator: Simulator) -> AsyncIterator[Product]:
    async with product(tmp_path, BIZCHAT_BASE_URL=simulator.base_url, DATABASE_URL=store_url) as shop:
        await shop.start()
        yield shop


async def test_a_small_campaign_is_not_starved_by_a_large_one(shop: Product, simulator: Simulator) -> None:
    sender = await shop.make_sender(rate_limit_per_s=40)
    large = await shop.make_campaign(sender, 400)
    await simulator.wait_for_messages(20)
    small = await shop.make_campaign(sender, 20, first=5000)
    assert (await shop.ended(small))["counts"]["sent"] == 20
    assert (await shop.campaign(large))["counts"]["pending"] > 200
    await shop.call("POST", f"/campaigns/{large}/cancel")
    assert simulator.ledger.summary()["max_per_second"] <= 60  # of 40, beside a busy machine


@pytest.mark.parametrize("order", ["pause", "cancel"])
async def test_nothing_leaves_more_than_a_second_after_the_order(
    shop: Product, simulator: Simulator, order: str
) -> None:
    sender = await shop.make_sender(rate_limit_per_s=200)
    campaign = await shop.make_campaign(sender, 3000)
    await simulator.wait_for_messages(100)
    await shop.call("POST", f"/campaigns/{campaign}/{order}")
    acknowledged = time.time()
    await shop.quiet(campaign)
    assert max(entry.at for entry in simulator.ledger.entries) <= acknowledged + 1.0
    counts = (await shop.campaign(campaign))["counts"]
    assert counts["sending"] == 0
    assert counts["sent"] == len(simulator.ledger.entries)
    assert counts["pending" if order == "pause" else "skipped"] == 3000 - counts["sent"]


async def test_a_campaign_beyond_the_daily_limit_fails_with_the_numbers_and_sends_nothing(
    shop: Product, simulator: Simulator
) -> None:
    sender = await shop.make_sender(daily_limit=50)
    campaign = await shop.ended(await shop.make_campaign(sender, 51))
    assert campaign["status"] == "FAILED"
    assert "51" in campaign["error"]
    assert "50" in campaign["error"]
    assert "resets at" in campaign["error"]
    assert not simulator.ledger.entries


async def test_two_campaigns_do_not_count_on_the_same_room(shop: Product, simulator: Simulator) -> None:
    sender = await shop.make_sender(daily_limit=100, rate_limit_per_s=20)
    first = await shop.make_campaign(sender, 60)
    second = await shop.make_campaign(sender, 60, first=1000)
    ended = {(await shop.ended(campaign))["status"] for campaign in (first, second)}
    assert ended == {"COMPLETED", "FAILED"}
    assert len(simulator.ledger.entries) == 60
    usage = await shop.call("GET", f"/senders/{sender}/usage")
    assert (usage["used"], usage["reserved"], usage["limit"]) == (60, 0, 100)


async def test_with_wait_it_sends_what_fits_and_waits_for_the_reset(
    shop: Product, simulator: Simulator
) -> None:
    sender = await shop.make_sender(daily_limit=30, rate_limit_per_s=100)
    campaign = await shop.make_campaign(sender, 50, on_daily_limit="wait")
    await shop.counted(campaign, "sent", 30)
    await shop.quiet(campaign)
    waiting = await shop.campaign(campaign)
    assert waiting["status"] == "PROCESSING"
    assert waiting["counts"]["pending"] == 20
    assert len(simulator.ledger.entries) == 30
    await shop.call("PATCH", f"/senders/{sender}", json={"daily_limit": 60})
