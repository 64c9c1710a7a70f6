"""An upgrade under a process that cannot live with it: it ends by itself, and gives back what it had."""

import asyncio
from pathlib import Path

import pytest

from campana.simulator import SimulatorConfig, in_thread
from campana.stores import open_store
from campana.stores.sql.migrations import HEAD
from tests.support.product import product
from tests.support.versions import say

pytestmark = pytest.mark.faults


async def test_a_process_that_became_too_old_ends_and_the_next_version_goes_on(
    tmp_path: Path, store_url: str
) -> None:
    with in_thread(SimulatorConfig(latency_ms=20, jitter_ms=5)) as simulator:
        settings = {"DATABASE_URL": store_url, "BIZCHAT_BASE_URL": simulator.base_url}
        async with product(tmp_path, **settings) as shop:
            old = await shop.start()
            campaign = await shop.make_campaign(await shop.make_sender(), 300)
            await shop.counted(campaign, "sent", 20)
            await say(
                store_url,
                "UPDATE alembic_version SET version_num = '9999'; UPDATE compatibility SET oldest = '9999'",
            )
            async with asyncio.timeout(20):
                assert await old.process.wait() == 1
            assert "newer than this Campana can work with; update Campana" in old.log_file.read_text()
            await say(store_url, f"UPDATE alembic_version SET version_num = '{HEAD}'")
            store = await open_store(store_url)
            counts = (await store.running([one.id for one in await store.accounts()]))[0].counts
            await store.close()
            assert (counts.sending, counts.unknown) == (0, 0)
            assert counts.pending > 0
            await shop.start()
            ended = await shop.ended(campaign)
            assert (ended["status"], ended["counts"]["sent"]) == ("COMPLETED", 300)
        sent_to = [entry.phone for entry in simulator.ledger.entries if entry.sent]
        assert len(sent_to) == len(set(sent_to)) == 300
