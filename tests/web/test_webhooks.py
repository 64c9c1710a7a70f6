"""Where providers post: whose secret it is, what is stored, what is answered, and where the secret is not."""

import io
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from campana.engine.inbox.addresses import FORMER_VALID
from campana.web.webhooks import MOST_BYTES
from tests.support.cast import make_sender
from tests.support.house import House, campaign, running_engine
from tests.support.inbox import status_event, status_post
from tests.support.product import until


async def address(house: House, sender: str, who: str = "alice") -> dict:
    return (await house.get(who, f"/senders/{sender}")).json["webhook"]


def path_of(url: str) -> str:
    assert url.startswith("https://campana.test/webhooks/bizchat/")
    return "/" + url.removeprefix("https://campana.test")


async def deliver(house: House, url: str, body: bytes = b"{}"):
    return await house.ask(None, "POST", path_of(url), data=io.BytesIO(body))


async def test_a_post_is_stored_before_it_is_answered(house: House) -> None:
    url = (await address(house, await house.sender()))["url"]
    assert len(re.search(r"[^/]+$", url)[0]) == 43, "256 bits"
    answer = await deliver(house, url, b"anything at all")
    assert (answer.status, answer.body) == (200, b"")
    (post,) = await house.store.waiting_posts(limit=10, most_bytes=1000)
    assert post.body == b"anything at all"


async def test_receipts_are_seen_in_the_api(house: House) -> None:
    sender = await house.sender()
    url = (await address(house, sender))["url"]
    async with running_engine(house):
        made = (await house.post("olga", "/campaigns", campaign(sender, scheduled_at="now"))).json
        await house.wait_for(made["id"], "COMPLETED")
        items = (await house.get("olga", f"/campaigns/{made['id']}/messages")).json["items"]
        now = datetime.now(UTC)
        names = [(item["provider_message_id"], item["phone"]) for item in items]
        read = status_event(*_event(names[0], "read"), now)
        failed = status_event(*_event(names[1], "failed"), now, 131049)
        assert (await deliver(house, url, status_post(read, failed))).status == 200
        await until(_worked_off(house))
    counts = (await house.get("olga", f"/campaigns/{made['id']}")).json["counts"]
    assert (counts["sent"], counts["read"], counts["failed"]) == (1, 1, 1)
    items = (await house.get("olga", f"/campaigns/{made['id']}/messages")).json["items"]
    assert {item["error"]["code"] for item in items if item["error"]} == {"131049"}
    assert (await address(house, sender))["last_event_at"] is not None


def _worked_off(house: House) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return (await house.store.backlog()).posts == 0

    return look


def _event(name: tuple[str, str], status: str) -> tuple[str, str, str]:
    return name[0], status, name[1]


async def test_nobodys_secret_is_not_found_and_not_stored(small_house: House) -> None:
    url = (await address(small_house, await small_house.sender()))["url"]
    for wrong in (url[:-1], url + "x", url.rpartition("/")[0] + "/" + "a" * 43):
        assert (await deliver(small_house, wrong)).status == 404
    assert (await small_house.ask(None, "GET", path_of(url))).status == 405
    assert (await small_house.store.backlog()).posts == 0


async def test_a_post_has_a_ceiling(small_house: House) -> None:
    url = (await address(small_house, await small_house.sender()))["url"]
    assert (await deliver(small_house, url, bytes(MOST_BYTES))).status == 200
    assert (await deliver(small_house, url, bytes(MOST_BYTES + 1))).status == 413
    assert (await small_house.store.backlog()).posts == 1


async def test_only_owners_see_the_address_and_change_it(small_house: House) -> None:
    sender = await small_house.sender()
    for who in ("olga", "victor"):
        shown = await address(small_house, sender, who)
        assert shown == {"url": None, "former_valid_until": None, "last_event_at": None}
        assert (await small_house.post(who, f"/senders/{sender}/webhook/rotate")).status == 403
    assert (await small_house.post("bob", f"/senders/{sender}/webhook/rotate")).status == 404
    assert (await small_house.get("bob", f"/senders/{sender}")).status == 404


async def test_the_former_address_works_for_a_day_and_the_one_before_no_more(small_house: House) -> None:
    sender = await small_house.sender()
    first = (await address(small_house, sender))["url"]
    second = (await small_house.post("alice", f"/senders/{sender}/webhook/rotate")).json
    assert (await address(small_house, sender)) == second
    until = datetime.fromisoformat(second["former_valid_until"])
    assert abs(until - datetime.now(UTC) - FORMER_VALID) < timedelta(minutes=1)
    for url in (first, second["url"]):
        assert (await deliver(small_house, url)).status == 200
    third = (await small_house.post("alice", f"/senders/{sender}/webhook/rotate")).json["url"]
    answers = [(await deliver(small_house, url)).status for url in (first, second["url"], third)]
    assert answers == [404, 200, 200]


async def test_a_sender_from_before_webhooks_gets_one_by_rotating(small_house: House) -> None:
    alice = await small_house.services.accounts.principal("alice@campana.test")
    (account,) = [one for one in await small_house.store.accounts() if one.id == alice.account_id]
    sender = str((await make_sender(small_house.store, account)).id)
    assert await address(small_house, sender) is None
    webhook = (await small_house.post("alice", f"/senders/{sender}/webhook/rotate")).json
    assert webhook["former_valid_until"] is None
    assert (await deliver(small_house, webhook["url"])).status == 200


async def test_the_secret_is_in_no_log_metric_or_row(small_house: House, capsys) -> None:
    lines: list[str] = []

    def keep(_logger: object, _method: str, event: dict) -> str:
        lines.append(repr(event))
        return ""

    structlog.configure(processors=[structlog.processors.format_exc_info, keep])
    sender = await small_house.sender()
    url = (await address(small_house, sender))["url"]
    secret = url.rpartition("/")[2]
    rotated = (await small_house.post("alice", f"/senders/{sender}/webhook/rotate")).json["url"]
    secrets = (secret, rotated.rpartition("/")[2])
    await deliver(small_house, url)
    small_house.services.intake._inbox = None  # it breaks in a way that nobody expected
    assert (await deliver(small_house, rotated)).status == 500
    metrics = (await small_house.get(None, "//metrics")).body.decode()
    webhook = repr(await small_house.store.webhooks())
    assert any("http.broke" in line for line in lines), "the log was kept"
    for place in (*lines, metrics, webhook, "".join(capsys.readouterr())):
        assert not any(one in place for one in secrets)


async def test_metrics_of_what_came_in(house: House) -> None:
    sender = await house.sender()
    url = (await address(house, sender))["url"]
    strange = status_event("wamid.strange", "read", "+919999999999", datetime.now(UTC))
    await deliver(house, url, status_post(strange))
    before = await _metrics(house)
    assert before["campana_inbox_posts"] == before["campana_webhook_posts_total"] == 1
    assert before["campana_inbox_oldest_seconds"] > 0
    async with running_engine(house):
        await until(_worked_off(house))
    after = await _metrics(house)
    assert (after["campana_inbox_posts"], after["campana_inbox_oldest_seconds"]) == (0, 0)
    assert after["campana_receipts_unmatched"] == 1
    assert after['campana_webhook_events_total{kind="receipt"}'] == 1
    last = after[f'campana_webhook_last_event_timestamp_seconds{{sender="{sender}"}}']
    assert abs(last - datetime.now(UTC).timestamp()) < 60


async def _metrics(house: House) -> dict[str, float]:
    text = (await house.get(None, "//metrics")).body.decode()
    return {name: float(value) for name, value in re.findall(r"^(campana_\S+) (\S+)$", text, re.MULTILINE)}
