"""Receipts over real processes: whatever happens to events on their way, and whoever is killed meanwhile."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from campana.simulator import Simulator, SimulatorConfig, in_thread
from tests.support.product import Product, product, until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]

CHAOS = {"doubled": 0.3, "shuffled": 0.5, "early": 0.3, "batch": 1000}
PEOPLE = {"delivered": 0.9, "read": 0.5, "reply": 0.2, "echo": 0.1, "pace": 0.02}


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with in_thread(SimulatorConfig(latency_ms=40, jitter_ms=20, seed=11)) as simulator:
        simulator.control(templates=["diwali_offer:en_US:1"], people=PEOPLE)
        yield simulator


async def _sender(shop: Product, simulator: Simulator) -> str:
    """A sender whose events the simulator posts to the running server."""
    sender = await shop.make_sender(rate_limit_per_s=200)
    address = (await shop.call("GET", f"/senders/{sender}"))["webhook"]["url"]
    simulator.control(webhook=shop.url + address[address.index("/webhooks/") :])
    return sender


async def _truth(simulator: Simulator) -> dict[str, str]:
    """What became of each message, by its id, as the simulator tells who asks."""
    found: dict[str, str] = {}
    async with aiohttp.ClientSession() as session:
        for entry in simulator.ledger.entries:
            url = f"{simulator.base_url}/{entry.vendor_uid}/contact/message-status"
            headers = {"Authorization": "Bearer simulator-token-0001", "Accept": "application/json"}
            async with session.get(url, params={"wamid": entry.wamid or ""}, headers=headers) as answer:
                found[entry.wamid or ""] = (await answer.json())["data"]["status"].upper()
    return found


async def _worked_off(shop: Product, campaign: str, expected: dict[str, str]) -> list[dict[str, Any]]:
    """The campaign's messages once all stand where they should, or as they are after a while."""
    counts = Counter(expected.values())

    async def look() -> bool:
        shown = (await shop.campaign(campaign))["counts"]
        return all(shown[status.lower()] == count for status, count in counts.items())

    await until(look, what=f"{counts}")
    return await shop.messages(campaign)


async def test_the_simulators_chaos_ends_in_the_right_states(tmp_path: Path, simulator: Simulator) -> None:
    simulator.control(webhooks=CHAOS, faults=["late:131049=0.05"])
    async with product(tmp_path, BIZCHAT_BASE_URL=simulator.base_url) as shop:
        await shop.start()
        sender = await _sender(shop, simulator)
        campaign = await shop.make_campaign(sender, 300)
        assert (await shop.ended(campaign))["status"] == "COMPLETED"
        await simulator.wait_for_webhooks()
        expected = await _truth(simulator)
        for message in await _worked_off(shop, campaign, expected):
            assert message["status"] == expected[message["provider_message_id"]]
            assert (message["error"] is not None) is (message["status"] == "FAILED")
            assert message["inferred"] is False
            if message["status"] == "FAILED":
                assert message["error"]["code"] == "131049"


async def test_what_was_answered_survives_the_killing_of_all(tmp_path: Path, simulator: Simulator) -> None:
    """Stored by one process, which is killed; worked off by another, which is killed as well, again and
    again."""
    async with product(tmp_path, BIZCHAT_BASE_URL=simulator.base_url) as shop:
        sending = await shop.start()
        sender = await _sender(shop, simulator)
        simulator.control(people={"pace": 1, "sent_s": 1000, "delivered_s": 0, "read_s": 0})
        campaign = await shop.make_campaign(sender, 200)
        await shop.ended(campaign)
        assert await sending.terminate() == 0
        web = await shop.start("web")
        names = [message["provider_message_id"] for message in await shop.messages(campaign)]
        address = (await shop.call("GET", f"/senders/{sender}"))["webhook"]["url"]
        url = shop.url + address[address.index("/webhooks/") :]
        assert set(await asyncio.gather(*(_post(url, name) for name in names))) == {200}
        await web.kill()
        for _ in range(3):
            worker = await shop.start("worker")
            await asyncio.sleep(0.1)  # somewhere in the middle of it
            await worker.kill()
        await shop.start()
        await shop.counted(campaign, "read", len(names))


async def _post(url: str, name: str) -> int:
    status = {"id": name, "status": "read", "timestamp": "1900000000", "recipient_id": "919800000000"}
    body = {"whatsapp_webhook_payload": {"entry": [{"changes": [{"value": {"statuses": [status]}}]}]}}
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        return answer.status
