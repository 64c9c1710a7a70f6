"""Many workers on one database: lanes spread over them, move, are taken over; nobody gets anything twice."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from campana.simulator import Simulator, SimulatorConfig, in_thread
from tests.support.product import Product, judge, product, until
from tests.support.stores import FreshUrl

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

SENDERS = 6
EACH = 150
TAKEOVER_S = 10.0


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with in_thread(SimulatorConfig(latency_ms=50, jitter_ms=20)) as simulator:
        yield simulator


@pytest.fixture
async def shop(tmp_path: Path, fresh_postgresql: FreshUrl, simulator: Simulator) -> AsyncIterator[Product]:
    with fresh_postgresql() as url:
        settings = {"DATABASE_URL": url, "BIZCHAT_BASE_URL": simulator.base_url}
        async with product(tmp_path, **settings) as shop:
            yield shop


async def roster(shop: Product) -> dict[str, Any]:
    status, key, err = await shop.command("api-key", "create", "--user", "root@shop.test", "--name", "look")
    assert status == 0, err
    shop.key = key.strip()
    found: dict[str, Any] = await shop.call("GET", "/workers")
    return found


def spread(found: dict[str, Any]) -> list[int]:
    return sorted(len(worker["lanes"]) for worker in found["workers"])


async def test_lanes_are_spread_move_and_are_taken_over(shop: Product, simulator: Simulator) -> None:
    status, _, err = await shop.command("user", "add", "root@shop.test", "--account", "Shop", "--admin")
    assert status == 0, err
    await shop.start("web")
    first = await shop.start("worker")
    senders = [await shop.make_sender(name=f"Sender {n}", rate_limit_per_s=5) for n in range(SENDERS)]
    campaigns = [await shop.make_campaign(sender, EACH, first=n * 1000) for n, sender in enumerate(senders)]
    await roster(shop)

    async def is_spread(*lanes: int) -> None:
        async def look() -> bool:
            return spread(await shop.call("GET", "/workers")) == list(lanes)

        await until(look, what=f"lanes spread as {lanes}")

    await is_spread(6)
    second = await shop.start("worker")
    await is_spread(3, 3)
    await shop.start("worker")
    await is_spread(2, 2, 2)
    await first.terminate()
    await is_spread(3, 3)
    await second.kill()
    async with asyncio.timeout(TAKEOVER_S * 2):  # the strict figure, on a quiet machine, is half of it
        await is_spread(6)
    status, out, err = await shop.command("workers")
    assert (status, out.count("0 s ago") + out.count("1 s ago") + out.count("2 s ago")) == (0, 1), out + err
    assert [out.count(f"    Sender {n} (Shop)\n") for n in range(SENDERS)] == [1] * SENDERS, out
    for campaign in campaigns:
        assert (await shop.ended(campaign))["status"] == "COMPLETED"
    messages = [message for campaign in campaigns for message in await shop.messages(campaign)]
    statuses = judge(messages, [entry.phone for entry in simulator.ledger.entries if entry.sent])
    assert statuses.total() == SENDERS * EACH
    assert statuses["UNKNOWN"] <= 3 * 5 * 2
