"""A backup taken in mid-campaign, restored while the original goes on: nobody twice, by the ledger."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from campana.simulator import Simulator, SimulatorConfig, in_thread
from tests.support.product import Product, judge, product
from tests.support.stores import FreshUrl

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with in_thread(SimulatorConfig(latency_ms=50, jitter_ms=20)) as simulator:
        yield simulator


async def test_a_restored_copy_sends_nothing_twice(
    tmp_path: Path, store_url: str, fresh_sqlite: FreshUrl, simulator: Simulator
) -> None:
    (tmp_path / "one").mkdir()
    settings = {"DATABASE_URL": store_url, "BIZCHAT_BASE_URL": simulator.base_url}
    async with product(tmp_path / "one", **settings) as one:
        serving = await one.start()
        sender = await one.make_sender(rate_limit_per_s=100)
        campaign = await one.make_campaign(sender, 500)
        later = await one.make_campaign(sender, 5, first=1000, scheduled_at=one.in_seconds(3600))
        await simulator.wait_for_messages(100)
        status, out, err = await one.command("backup", str(tmp_path / "backup.gz"))
        assert status == 0, out + err
        assert (await one.ended(campaign))["status"] == "COMPLETED"
        await serving.terminate()
        with fresh_sqlite() as url:
            await _the_copy_goes_on(one, url, tmp_path, (campaign, later), simulator)


async def _the_copy_goes_on(
    one: Product, url: str, folder: Path, campaigns: tuple[str, str], simulator: Simulator
) -> None:
    campaign, later = campaigns
    (folder / "two").mkdir()
    two = Product(folder / "two", one.settings | {"DATABASE_URL": url}, key=one.key)
    try:
        status, _, err = await two.command("restore", str(folder / "backup.gz"))
        assert (status, "not the key of the original" in err) == (2, True)
        shutil.copy(one.home / "secret_key", two.home / "secret_key")
        status, out, err = await two.command("restore", str(folder / "backup.gz"))
        assert (status, "2 campaigns are held" in out) == (0, True), out + err
        await two.start()
        assert {(await two.campaign(each))["status"] for each in campaigns} == {"PAUSED"}
        status, out, _ = await two.command("resume", "--all")
        assert status == 0, out
        assert (await two.ended(campaign))["status"] == "COMPLETED"
        assert (await two.campaign(later))["status"] == "SCHEDULED"
        sent_to = [entry.phone for entry in simulator.ledger.entries if entry.sent]
        statuses = judge(await two.messages(campaign), sent_to)
        assert statuses.total() == 500
        assert statuses["UNKNOWN"] > 0
    finally:
        await two.close()
