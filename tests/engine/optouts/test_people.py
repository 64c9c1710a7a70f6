"""The whole way: people answer the stand-in, it posts to our webhook, nobody who said stop is messaged."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from campana.simulator import Simulator
from tests.simulator_fixture import StartSimulator
from tests.support.product import Product, product, until

pytestmark = [pytest.mark.timeout(180), pytest.mark.usefixtures("begun_in_a_nursery")]

BUTTON = {"template": {"name": "newsletter", "language": "en_US"}, "fields": {"field_1": "{name}"}}
VENDOR = "5f0c7a52-3f0e-4a57-9d21-7c3f2f6f0a11"
ALL_STOP = {"delivered": 1, "read": 1, "reply": 1, "stop": 1, "pace": 0}


@pytest.fixture
def stand_in(simulator: StartSimulator) -> Simulator:
    return simulator(people=ALL_STOP)


@pytest.fixture
async def shop(tmp_path: Path, store_url: str, stand_in: Simulator) -> AsyncIterator[Product]:
    async with product(tmp_path, BIZCHAT_BASE_URL=stand_in.base_url, DATABASE_URL=store_url) as shop:
        await shop.start()
        yield shop


async def connected_sender(shop: Product, stand_in: Simulator) -> str:
    """A sender whose events the stand-in posts to us."""
    sender = await shop.make_sender(rate_limit_per_s=100)
    address = (await shop.call("GET", f"/senders/{sender}"))["webhook"]["url"]
    stand_in.control(webhook=f"{shop.url}{urlsplit(address).path}")
    return sender


async def suppressed(shop: Product, count: int) -> list[dict[str, Any]]:
    """The list once it has so many numbers."""

    async def look() -> list[dict[str, Any]] | None:
        items: list[dict[str, Any]] = (await shop.call("GET", "/suppressions"))["items"]
        return [*items, {}] if len(items) == count else None

    return list(await until(look, what=f"{count} opt-outs"))[:-1]


async def test_people_who_stop_are_left_alone_and_people_who_start_are_not(
    shop: Product, stand_in: Simulator
) -> None:
    sender = await connected_sender(shop, stand_in)
    first = await shop.make_campaign(sender, 4, **BUTTON)
    await shop.ended(first)
    listed = await suppressed(shop, 4)
    assert {one["source"] for one in listed} == {"reply"}
    assert {one["reason"] for one in listed} == {"the person tapped “Stop promotions”"}
    assert (await shop.campaign(first))["replies"] == {"total": 4, "stops": 4}
    replies = (await shop.call("GET", f"/campaigns/{first}/replies"))["items"]
    assert {(one["text"], one["is_button"], one["wish"]) for one in replies} == {
        ("Stop promotions", True, "stop")
    }

    second = await shop.ended(await shop.make_campaign(sender, 5, **BUTTON | {"name": "Second"}))
    assert (second["counts"]["skipped"], second["counts"]["total"]) == (4, 5)
    assert len(stand_in.ledger.entries) == 5

    async def marked() -> bool:
        return len(stand_in.opt_outs) >= 2

    await until(marked, what="marks at the provider")
    assert {vendor for vendor, _ in stand_in.opt_outs} == {VENDOR}

    await suppressed(shop, 5)
    stand_in.control(people={"start": 1})
    third = await shop.make_campaign(sender, 3, first=100, fields={"field_1": "{name}"}, **_plain("Third"))
    await shop.ended(third)

    async def came_back() -> bool:
        return bool((await shop.campaign(third))["replies"] == {"total": 6, "stops": 3})

    await until(came_back, what="a stop and a start of each")
    await suppressed(shop, 5)


def _plain(name: str) -> dict[str, Any]:
    """A template without buttons: people write their stop."""
    return {"name": name, "template": {"name": "diwali_offer", "language": "en_US"}}
