"""A provider that hangs, resets, throttles or fails after sending: what may have gone is never repeated."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from campana.simulator import Simulator, SimulatorConfig, in_thread
from tests.support.product import Product, judge, product, until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with in_thread(SimulatorConfig(latency_ms=60, jitter_ms=40, seed=7)) as simulator:
        simulator.control(templates=["diwali_offer:en_US:1"])
        yield simulator


@pytest.fixture
async def shop(tmp_path: Path, simulator: Simulator) -> AsyncIterator[Product]:
    async with product(tmp_path, BIZCHAT_BASE_URL=simulator.base_url) as shop:
        await shop.start()
        yield shop


async def send(shop: Product, count: int, **settings: Any) -> dict[str, Any]:
    sender = await shop.make_sender(rate_limit_per_s=200)
    return await shop.ended(await shop.make_campaign(sender, count, **settings))


async def verdict(shop: Product, campaign: dict[str, Any], simulator: Simulator) -> dict[str, int]:
    sent_to = [entry.phone for entry in simulator.ledger.entries if entry.sent]
    return dict(judge(await shop.messages(campaign["id"]), sent_to))


UNKNOWABLE = (
    "500_after",
    "502_before",
    "504_after",
    "520_before",
    "reset_after",
    "reset_before",
    "close_after",
    "unreadable_garbage",
    "unreadable_empty",
    "unreadable_no_ids",
    "unreadable_cut",
)


async def test_what_may_have_gone_out_is_unknown_and_never_repeated(
    shop: Product, simulator: Simulator
) -> None:
    simulator.control(faults=[f"{kind}=0.02" for kind in UNKNOWABLE])
    campaign = await send(shop, 500)
    assert campaign["status"] == "COMPLETED"
    statuses = await verdict(shop, campaign, simulator)
    assert set(statuses) == {"SENT", "UNKNOWN"}
    assert len(simulator.ledger.entries) == 500
    unknown = [one for one in await shop.messages(campaign["id"]) if one["status"] == "UNKNOWN"]
    assert all(one["error"]["code"] and one["error"]["reason"] for one in unknown)


async def test_throttling_slows_down_and_loses_nobody(shop: Product, simulator: Simulator) -> None:
    simulator.control(faults=["throttle:1=0.01", "meta:130429=0.01"])
    campaign = await send(shop, 200)
    assert await verdict(shop, campaign, simulator) == {"SENT": 200}


async def test_a_closed_house_is_waited_for(shop: Product, simulator: Simulator) -> None:
    simulator.control(faults=["maintenance_503=1"])
    sender = await shop.make_sender()
    campaign_id = await shop.make_campaign(sender, 20)

    async def slowed() -> Any:
        return (await shop.campaign(campaign_id))["slowdown"]

    assert (await until(slowed, what="the slowdown shown"))["reason"]
    assert (await shop.campaign(campaign_id))["status"] == "PROCESSING"
    simulator.control(faults=[])
    campaign = await shop.ended(campaign_id)
    assert await verdict(shop, campaign, simulator) == {"SENT": 20}


async def test_a_provider_out_of_reach_is_waited_for(tmp_path: Path) -> None:
    with in_thread(SimulatorConfig(latency_ms=20, jitter_ms=10)) as gone:
        port, base_url = int(gone.url.rpartition(":")[2]), gone.base_url
    async with product(tmp_path, BIZCHAT_BASE_URL=base_url) as shop:
        await shop.start()
        sender = await shop.make_sender()
        campaign_id = await shop.make_campaign(sender, 20)
        await shop.logged("host.held")
        with in_thread(SimulatorConfig(latency_ms=20, jitter_ms=10), port=port) as simulator:
            campaign = await shop.ended(campaign_id)
            assert await verdict(shop, campaign, simulator) == {"SENT": 20}


async def test_a_provider_that_hangs_gets_no_more_than_a_few_seconds_worth(
    shop: Product, simulator: Simulator
) -> None:
    simulator.control(faults=["hang_after=1"])
    sender = await shop.make_sender(rate_limit_per_s=10)
    campaign = await shop.ended(await shop.make_campaign(sender, 200))
    assert campaign["status"] == "PAUSED"
    assert "in a row" in campaign["error"]
    statuses = await verdict(shop, campaign, simulator)
    assert 20 <= statuses["UNKNOWN"] <= 60
    assert statuses["PENDING"] == 200 - statuses["UNKNOWN"]


@pytest.mark.parametrize("fault", ["invalid_token", "401_whatsapp_token", "meta:190"])
async def test_refused_credentials_fail_the_campaign_and_nothing_goes_out(
    shop: Product, simulator: Simulator, fault: str
) -> None:
    simulator.control(faults=[f"{fault}=1"], read_faults=[f"{fault}=1"])
    campaign = await send(shop, 300)
    assert campaign["status"] == "FAILED"
    assert "credentials" in campaign["error"]
    assert campaign["counts"]["failed"] + campaign["counts"]["pending"] == 300
    assert len(simulator.ledger.entries) < 100


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("plan_expired", "does not let this account send"),
        ("meta:131042", "131042"),
        ("template_not_found", "template"),
        ("meta:132001", "132001"),
        ("422", "in a row"),
        ("meta:131026", "in a row"),
    ],
)
async def test_errors_that_would_burn_the_list_pause_it_with_the_reason(
    shop: Product, simulator: Simulator, fault: str, says: str
) -> None:
    simulator.control(faults=[f"{fault}=1"])
    campaign = await send(shop, 300)
    assert campaign["status"] == "PAUSED"
    assert says in campaign["error"]
    assert campaign["counts"]["pending"] > 200
    simulator.control(faults=[])
    await shop.call("POST", f"/campaigns/{campaign['id']}/resume")
    campaign = await shop.ended(campaign["id"])
    assert campaign["status"] == "COMPLETED"
    if campaign["counts"]["failed"]:
        await shop.call("POST", f"/campaigns/{campaign['id']}/retry", json={"statuses": ["FAILED"]})
        campaign = await shop.ended(campaign["id"])
    assert await verdict(shop, campaign, simulator) == {"SENT": 300}


async def test_a_recipient_who_cannot_be_reached_is_failed_with_code_and_reason(
    shop: Product, simulator: Simulator
) -> None:
    simulator.control(faults=["meta:131026=0.1"])
    campaign = await send(shop, 200)
    assert campaign["status"] == "COMPLETED"
    failed = [one for one in await shop.messages(campaign["id"]) if one["status"] == "FAILED"]
    assert failed
    assert {one["error"]["code"] for one in failed} == {"131026"}
    assert all(one["attempts"] == 1 for one in failed)
