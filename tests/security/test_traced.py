"""A campaign goes through a traced product, with everything planted that must not be told. All log lines, at
DEBUG, and all spans are read afterwards."""

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import aiohttp

from campana.simulator import SimulatorConfig, in_thread
from tests.support.collector import Collector, collecting
from tests.support.inbox import reply_post, status_event, status_post
from tests.support.product import Product, product, until

TOKEN = "planted-api-token-5c2e8d"
VENDOR = "3c9be1a4-52d7-4b0e-8f10-92d1e7c05a66"
PASSWORD = "planted password 9f3c"
TEXT = "Planted-Offer"
REPLY = "Planted-Reply stop"
PHONE = "9198761%05d"


async def signed_in(shop: Product) -> str:
    """A browser signs in and looks for a number; its session's cookie."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(f"{shop.url}/sign-in") as page:
            token = re.search(r'name="csrf_token" value="([^"]+)"', await page.text())
        assert token is not None
        form = {"csrf_token": token[1], "email": "anna@shop.test", "password": PASSWORD}
        async with browser.post(f"{shop.url}/sign-in", data=form, allow_redirects=False) as answer:
            assert answer.status == 303, await answer.text()
        async with browser.get(f"{shop.url}/campaigns?q={quote('+' + PHONE % 1)}") as page:
            assert page.status == 200
        return next(cookie.value for cookie in browser.cookie_jar if "session" in cookie.key)


async def posted(shop: Product, address: str, body: bytes) -> None:
    async with shop._http().post(shop.url + urlsplit(address).path, data=body) as answer:
        assert answer.status == 200


async def gone_through(shop: Product) -> tuple[str, str, list[str]]:
    """Everything that has a secret in it, once; the sender, the campaign, and what must not be told."""
    added = await shop.command(
        "user", "add", "anna@shop.test", "--account", "Shop", "--password-stdin", stdin=PASSWORD + "\n"
    )
    assert added[0] == 0, added
    await shop.start()
    sender = await shop.make_sender(credentials={"api_token": TOKEN, "vendor_uid": VENDOR})
    address = (await shop.call("GET", f"/senders/{sender}"))["webhook"]["url"]
    people = [{"phone": f"+{PHONE % number}", "name": f"Person {number}"} for number in range(20)]
    campaign = await shop.make_campaign(sender, 0, recipients=people, fields={"field_1": TEXT + " {name}"})
    assert (await shop.ended(campaign))["counts"]["sent"] == 20
    message = (await shop.call("GET", f"/campaigns/{campaign}/messages"))["items"][0]
    read = status_event(message["provider_message_id"], "read", message["phone"], datetime.now(UTC))
    await posted(shop, address, status_post(read))
    await posted(shop, address, reply_post("+" + PHONE % 2, REPLY))
    await shop.counted(campaign, "read", 1)
    await shop.call("POST", f"/senders/{sender}/verify")
    await shop.call("GET", f"/suppressions?q={quote('+' + PHONE % 2)}")
    await shop.call("GET", "/campaigns/+" + PHONE % 3, expect=422)
    session = await signed_in(shop)
    secrets = [TOKEN, VENDOR, PASSWORD, TEXT, REPLY, shop.key, session, address.rpartition("/")[2]]
    return sender, campaign, secrets


async def test_nothing_planted_is_in_a_line_or_a_span(tmp_path: Path) -> None:
    with in_thread(SimulatorConfig(latency_ms=1, jitter_ms=0)) as simulator:
        async with collecting() as collector:
            told = {"OTLP_ENDPOINT": collector.url, "TRACED_SHARE": "1", "LOG_MOST_PER_S": "0"}
            base = {"BIZCHAT_BASE_URL": simulator.base_url, "LOG_LEVEL": "DEBUG"}
            async with product(tmp_path, **base, **told) as shop:
                sender, campaign, secrets = await gone_through(shop)
                assert await shop.running[0].terminate() == 0
                await until(lambda: _have(collector, "inbox.work_off"), what="the last spans")
                written = shop.running[0].log_file.read_text().encode()
                lines = shop.running[0].log()
    for secret in secrets:
        for form in (secret, quote(secret)):
            assert form.encode() not in written
            assert form.encode() not in collector.raw
    for text in (written, collector.raw):
        assert PHONE[:7].encode() not in text
    _belong_together(collector, sender, campaign)
    _lines_name_what_they_are_about(lines, sender, campaign)


async def _have(collector: Collector, name: str) -> bool:
    return bool(collector.named(name))


def _belong_together(collector: Collector, sender: str, campaign: str) -> None:
    attempts = collector.named("attempt")
    assert len(attempts) == 20
    assert {span.fields["campana.outcome"] for span in attempts} == {"accepted"}
    assert {span.fields["campana.campaign"] for span in attempts} == {campaign}
    sent = {span.parent for span in collector.named("provider.send")}
    assert sent == {span.id for span in attempts}
    for step, asked in (
        *(("lane.take", "store.take"), ("lane.settle", "store.settle")),
        *(("inbox.work_off", "store.receive"), ("campaign.start", "store.start")),
        *(
            ("POST /api/v1/campaigns", "store.add_campaign"),
            ("POST /webhooks/bizchat/{secret}", "store.store_posts"),
        ),
    ):
        steps = {span.id for span in collector.named(step)}
        assert steps, step
        assert steps & {span.parent for span in collector.named(asked)}, f"{asked} in {step}"
    assert collector.named("lane.take")[0].fields["campana.sender"] == sender


def _lines_name_what_they_are_about(lines: list[dict], sender: str, campaign: str) -> None:
    (completed,) = [line for line in lines if line["event"] == f"Campaign completed: {campaign}"]
    assert (completed["campaign"], completed["sender"]) == (campaign, sender)
    (started,) = [line for line in lines if line["event"] == f"Processing scheduled campaign: {campaign}"]
    assert (started["campaign"], started["sender"]) == (campaign, sender)
    requests = [line for line in lines if line["event"] == "http.request"]
    assert all(line["request"] and line["trace"] for line in requests)
    assert any(line.get("campaign") == campaign for line in requests)
