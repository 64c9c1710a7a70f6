"""kill -9 over a database that knows no transactions: nobody twice, nobody lost."""

import random
from pathlib import Path

import pytest

from campana.simulator import SimulatorConfig, in_thread
from tests.support.product import judge, product
from tests.support.stores import FreshUrl

pytestmark = [pytest.mark.faults, pytest.mark.mongodb, pytest.mark.timeout(300)]

RATE = 40
PEOPLE = 160


async def test_kill_9_doubles_and_loses_nobody(tmp_path: Path, fresh_mongodb: FreshUrl) -> None:
    with fresh_mongodb() as url, in_thread(SimulatorConfig(latency_ms=150, jitter_ms=100)) as simulator:
        settings = {"DATABASE_URL": url, "BIZCHAT_BASE_URL": simulator.base_url}
        async with product(tmp_path, **settings) as shop:
            serving = await shop.start()
            campaign = await shop.make_campaign(await shop.make_sender(rate_limit_per_s=RATE), PEOPLE)
            for _ in range(2):
                await simulator.wait_for_messages(len(simulator.ledger.entries) + random.randint(15, 40))
                await serving.kill()
                serving = await shop.start()
            assert (await shop.ended(campaign))["status"] == "COMPLETED"
            statuses = judge(
                await shop.messages(campaign),
                [entry.phone for entry in simulator.ledger.entries if entry.sent],
            )
    assert statuses.total() == PEOPLE
    assert set(statuses) <= {"SENT", "UNKNOWN"}
    assert statuses["UNKNOWN"] <= 2 * RATE
