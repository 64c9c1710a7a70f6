"""A person is erased by command while a campaign to them runs: with the provider's ledger as witness nothing
goes out to them later, whatever is uploaded, and the numbers are right at the end."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from campana.simulator import Simulator, SimulatorConfig, in_thread
from tests.support.product import Product, product

PEOPLE = 120


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with in_thread(SimulatorConfig(latency_ms=30, jitter_ms=20)) as simulator:
        yield simulator


@pytest.fixture
async def shop(tmp_path: Path, simulator: Simulator) -> AsyncIterator[Product]:
    async with product(tmp_path, BIZCHAT_BASE_URL=simulator.base_url, LOG_LEVEL="DEBUG") as shop:
        yield shop


async def uploaded(shop: Product, *phones: str) -> dict:
    form = aiohttp.FormData()
    text = "phone,name\n" + "".join(f"{phone},Somebody\n" for phone in phones)
    form.add_field("file", text.encode(), filename="people.csv")
    form.add_field("country", "IN")
    return await shop.call("POST", "/recipient-lists", expect=201, data=form)


async def listed(shop: Product, campaign: str) -> list[dict]:
    return (await shop.call("GET", f"/campaigns/{campaign}/messages?limit=200"))["items"]


async def test_nothing_goes_out_to_whoever_was_erased(shop: Product, simulator: Simulator) -> None:
    await shop.start()
    sender = await shop.make_sender(rate_limit_per_s=2)  # the commands take their time
    campaign = await shop.make_campaign(sender, PEOPLE)
    await shop.counted(campaign, "sent", 1)
    everybody = [each["phone"] for each in await listed(shop, campaign)]
    early, late = everybody[0], everybody[-1]
    for phone in (late, early):
        status, out, err = await shop.command("privacy", "erase", "-", stdin=phone + "\n")
        assert (status, f"…{phone[-4:]} is erased." in out) == (0, True), out + err
    await shop.call("PATCH", f"/senders/{sender}", json={"rate_limit_per_s": 100})
    ended = await shop.ended(campaign)
    counts = ended["counts"]
    assert (ended["status"], counts["sent"], counts["skipped"]) == ("COMPLETED", PEOPLE - 1, 1)
    messages = await listed(shop, campaign)
    assert [each["status"] for each in messages].count("SENT") == counts["sent"]
    assert [each["phone"] for each in messages].count("") == 2
    assert messages[-1]["status"] == "SKIPPED"
    # The number is suppressed first: a lane that comes to it before it is cleared says so.
    assert messages[-1]["error"]["code"] in ("erased", "suppressed")

    again = await uploaded(shop, early, everybody[1])
    assert (again["valid"], again["invalid"]) == (1, 1)
    body = {"name": "More", "sender_id": sender, "recipient_list_id": again["id"], "scheduled_at": "now"}
    body |= {"template": {"name": "plain", "language": "en_US"}}
    more = await shop.call("POST", "/campaigns", expect=201, json=body)
    assert (await shop.ended(more["id"]))["counts"]["sent"] == 1
    sent_to = [entry.phone for entry in simulator.ledger.entries if entry.sent]
    assert sent_to.count(early) + sent_to.count(early.removeprefix("+")) == 1
    assert sent_to.count(late) + sent_to.count(late.removeprefix("+")) == 0

    status, out, err = await shop.command("privacy", "export", late)
    assert status == 0, err
    (held,) = json.loads(out)
    assert held["erased_at"]
    assert not any(value for value in held.values() if isinstance(value, list))
    await shop.running[0].terminate()
    written = b"".join(path.read_bytes() for path in shop.home.glob("campana.db*"))
    written += b"".join(running.log_file.read_bytes() for running in shop.running)
    assert late[3:].encode() not in written
    assert everybody[1][3:].encode() in written, "the right thing is looked at"


async def test_what_cannot_be_done_is_told(shop: Product) -> None:
    answers = await asyncio.gather(
        shop.command("privacy", "erase", "98765"),
        shop.command("privacy", "export", "+919876543210", "--account", "Nobody"),
        shop.command("privacy", "export", "+919876543210", "--to", "held.json"),
        shop.command("privacy", "forget-erased", "--account", "Shop"),
    )
    assert [status for status, _, _ in answers] == [2, 1, 0, 0]
    assert "plus" in answers[0][2]
    assert "Nobody" in answers[1][2]
    held = shop.home / "held.json"
    assert held.stat().st_mode & 0o077 == 0
    assert json.loads(held.read_text())[0]["account"] == "Shop"
