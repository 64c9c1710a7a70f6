"""What happens is posted, signed, at least once, with growing pauses, and not for ever."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campana.domain.accounts import Principal, Role
from campana.domain.campaigns import CampaignStatus
from campana.domain.endpoints import CHOICES, MOST_TRIES, DeliveryStatus
from campana.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from campana.domain.messages import MessageStatus
from campana.engine.audit import Audit
from campana.engine.inbox.duty import Duty
from campana.engine.outgoing.courier import Courier
from campana.engine.outgoing.endpoints import FORMER_SIGNS, MOST_ENDPOINTS, Endpoints
from campana.engine.ports import Posted, Store
from campana.vault import FernetVault
from tests.support.cast import (
    hold_lane,
    make_account,
    make_sender,
    phone_of,
    running_campaign,
    settle,
    take,
)
from tests.support.clock import HandClock

DOCS = Path(__file__).parents[3] / "docs" / "webhooks.md"
PATIENCE_S = 10


@dataclass
class Peer:
    """The other end: takes what is posted, and answers as told."""

    answer: int | None = 200
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    async def refusal(self, url: str) -> str | None:
        return "is private" if "private" in url else None

    async def post(self, url, body, headers) -> Posted:
        self.came.append((url, dict(headers), body))
        return Posted(self.answer, 12, "told +919812345678 so")

    @property
    def events(self) -> list[dict]:
        """All events, in the order in which they came."""
        return [event for _, _, body in self.came for event in json.loads(body)["events"]]


class Post:
    """An account, what its owner can do, and a courier."""

    def __init__(self, store: Store, account, principal: Principal) -> None:
        self.store, self.account, self.owner = store, account, principal
        self.clock, self.peer = HandClock(datetime.now(UTC)), Peer()
        vault = FernetVault("k" * 40)
        self.endpoints = Endpoints(store, vault, self.peer, Audit(store, self.clock), clock=self.clock)
        duty = Duty("webhooks", "here", store, self.clock)
        keep = timedelta(days=30)
        self.courier = Courier(store, vault, self.peer, duty, clock=self.clock, keep=keep)

    @classmethod
    async def open(cls, store: Store) -> "Post":
        account = await make_account(store)
        owner = Principal(account.id, account.id, "olga@shop.test", Role.OWNER)
        return cls(store, account, owner)

    async def settled(self, endpoint_id, status: DeliveryStatus, tries: int = 1):
        """The endpoint's newest delivery, once it is like that."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                page = await self.store.deliveries(self.account.id, endpoint_id, limit=1)
                if page.items and (page.items[0].status, page.items[0].tries) == (status, tries):
                    return page.items[0]
                await asyncio.sleep(0.02)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.courier.run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await self.courier.close()


@pytest.fixture
async def post(sqlite_store: Store) -> Post:
    return await Post.open(sqlite_store)


def is_genuine():
    """The example of the documentation, as a receiver would have it."""
    (example,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    found: dict = {}
    exec(example, found)
    return found["is_genuine"]


async def test_a_campaign_is_told_and_the_documented_check_finds_it_genuine(post: Post) -> None:
    made = await post.endpoints.create(post.owner, "https://shop.test/hook", CHOICES)
    sender = await make_sender(post.store, post.account)
    campaign = await running_campaign(post.store, sender, 3)
    lease = await hold_lane(post.store, sender)
    taken = await take(post.store, lease, campaign)
    await settle(post.store, lease, taken[:2])
    await settle(post.store, lease, taken[2:], MessageStatus.FAILED, code="131026", reason="no WhatsApp")
    await post.store.complete(campaign.id, post.clock.now())
    async with post.running():
        delivery = await post.settled(made.endpoint.id, DeliveryStatus.DELIVERED)
    assert [event["type"] for event in post.peer.events] == [
        *("campaign.scheduled", "campaign.processing"),
        *("message.sent", "message.sent", "message.failed", "campaign.completed"),
    ]
    failed, done = post.peer.events[-2]["message"], post.peer.events[-1]["campaign"]
    assert (failed["phone"], failed["status"]) == (phone_of(4), "FAILED")
    assert failed["error"] == {"code": "131026", "reason": "no WhatsApp"}
    assert (done["status"], done["counts"]["sent"], done["counts"]["total"]) == ("COMPLETED", 2, 3)
    ((_, headers, body),) = post.peer.came
    assert headers["webhook-id"] == str(delivery.id) == json.loads(body)["id"]
    check = is_genuine()
    assert check(made.secret, headers, body)
    assert not check(made.secret, headers, body + b" ")
    assert not check(made.secret, headers | {"webhook-timestamp": "1"}, body)
    assert (delivery.answered, delivery.took_ms, delivery.said) == (200, 12, "told …5678 so")


async def test_only_what_an_endpoint_asked_for_is_posted(post: Post) -> None:
    one = await post.endpoints.create(post.owner, "https://one.test", ["message.sent"])
    await post.endpoints.create(post.owner, "https://two.test", ["campaign.cancelled"])
    sender = await make_sender(post.store, post.account)
    campaign = await running_campaign(post.store, sender, 2)
    lease = await hold_lane(post.store, sender)
    await settle(post.store, lease, await take(post.store, lease, campaign))
    async with post.running():
        await post.settled(one.endpoint.id, DeliveryStatus.DELIVERED)
    assert [(url, len(json.loads(body)["events"])) for url, _, body in post.peer.came] == [
        ("https://one.test", 2)
    ]
    assert await post.store.kept_news(limit=10) == []


async def test_a_busy_campaign_makes_few_posts(post: Post) -> None:
    made = await post.endpoints.create(post.owner, "https://shop.test", ["message.sent"])
    sender = await make_sender(post.store, post.account, daily_limit=2000)
    campaign = await running_campaign(post.store, sender, 1200)
    lease = await hold_lane(post.store, sender)
    for _ in range(12):
        taken = await take(post.store, lease, campaign, limit=100, daily_limit=2000)
        await settle(post.store, lease, taken)
    async with post.running():
        await post.settled(made.endpoint.id, DeliveryStatus.DELIVERED)
    assert len(post.peer.came) == 3
    assert {event["message"]["row"] for event in post.peer.events} == set(range(2, 1202))
    assert made.endpoint.enabled


async def test_what_fails_is_posted_again_under_the_same_id_after_a_pause(post: Post) -> None:
    made = await post.endpoints.create(post.owner, "https://shop.test", CHOICES)
    post.peer.answer = 503
    await post.endpoints.test(post.owner, made.endpoint.id)
    async with post.running():
        waiting = await post.settled(made.endpoint.id, DeliveryStatus.WAITING)
        failing = await post.endpoints.get(post.owner, made.endpoint.id)
        assert failing.rests_until - post.clock.now() == timedelta(seconds=5)
        post.peer.answer = 204
        post.clock.time += timedelta(seconds=5)
        delivered = await post.settled(made.endpoint.id, DeliveryStatus.DELIVERED, tries=2)
    assert waiting.id == delivered.id
    assert len({headers["webhook-id"] for _, headers, _ in post.peer.came}) == 1
    assert (await post.endpoints.get(post.owner, made.endpoint.id)).failures == 0


async def test_a_post_is_given_up_and_an_endpoint_that_is_dead_for_a_day_switched_off(post: Post) -> None:
    made = await post.endpoints.create(post.owner, "https://shop.test", CHOICES)
    post.peer.answer = None
    for _ in range(2):
        await post.endpoints.test(post.owner, made.endpoint.id)
        post.clock.time += timedelta(milliseconds=1)
    async with post.running(), asyncio.timeout(PATIENCE_S):
        while (endpoint := await post.endpoints.get(post.owner, made.endpoint.id)).enabled:
            post.clock.time = max(post.clock.time, endpoint.rests_until or post.clock.time)
            await asyncio.sleep(0.01)
    assert "nothing could be delivered since" in endpoint.off_reason
    page = await post.endpoints.deliveries(post.owner, made.endpoint.id, limit=10)
    newer, older = page.items
    assert (older.status, older.tries) == (DeliveryStatus.GAVE_UP, MOST_TRIES)
    assert newer.status is DeliveryStatus.WAITING
    with pytest.raises(Conflict):
        await post.endpoints.test(post.owner, made.endpoint.id)
    post.peer.answer = 200
    await post.endpoints.deliver_again(post.owner, older.id)
    await post.endpoints.change(post.owner, made.endpoint.id, enabled=True)
    async with post.running():
        await post.settled(made.endpoint.id, DeliveryStatus.DELIVERED, tries=newer.tries + 1)
    assert (await post.store.delivery(post.account.id, older.id)).status is DeliveryStatus.DELIVERED


async def test_two_secrets_sign_for_a_day(post: Post) -> None:
    made = await post.endpoints.create(post.owner, "https://shop.test", CHOICES)
    anew = await post.endpoints.rotate(post.owner, made.endpoint.id)
    check = is_genuine()
    for later, former in ((timedelta(0), True), (FORMER_SIGNS, False)):
        post.clock.time += later
        await post.endpoints.test(post.owner, made.endpoint.id)
        async with post.running():
            await post.settled(made.endpoint.id, DeliveryStatus.DELIVERED)
        _, headers, body = post.peer.came.pop()
        assert len(headers["webhook-signature"].split()) == 1 + former
        if former:
            assert check(made.secret, headers, body)
            assert check(anew.secret, headers, body)


async def test_owners_alone_look_after_endpoints_of_their_account(post: Post) -> None:
    made = await post.endpoints.create(post.owner, "https://shop.test", CHOICES)
    olga = replace(post.owner, role=Role.OPERATOR)
    other = replace(post.owner, account_id=(await make_account(post.store, "Bakery")).id)
    with pytest.raises(Forbidden):
        await post.endpoints.find(olga)
    for verb in (post.endpoints.get, post.endpoints.rotate, post.endpoints.delete, post.endpoints.test):
        with pytest.raises(NotFound):
            await verb(other, made.endpoint.id)
    assert await post.endpoints.find(other) == []


async def test_what_cannot_be_kept_is_refused(post: Post) -> None:
    with pytest.raises(InvalidInput, match="is private"):
        await post.endpoints.create(post.owner, "https://private.test", CHOICES)
    for number in range(MOST_ENDPOINTS):
        await post.endpoints.create(post.owner, f"https://shop{number}.test", CHOICES)
    with pytest.raises(Conflict, match="the most there can be"):
        await post.endpoints.create(post.owner, "https://shop.test", CHOICES)


async def test_a_cancelled_campaign_is_told(post: Post) -> None:
    made = await post.endpoints.create(post.owner, "https://shop.test", ["campaign.cancelled"])
    campaign = await running_campaign(post.store, await make_sender(post.store, post.account), 1)
    await post.store.move(
        campaign.id, CampaignStatus.CANCELLED, origins={CampaignStatus.PROCESSING}, at=post.clock.now()
    )
    async with post.running():
        await post.settled(made.endpoint.id, DeliveryStatus.DELIVERED)
    (event,) = post.peer.events
    assert (event["campaign"]["id"], event["campaign"]["status"]) == (str(campaign.id), "CANCELLED")
