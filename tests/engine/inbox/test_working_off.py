"""What came in is worked off once, whole and in any order, by one process at a time."""

import asyncio
from datetime import timedelta

import pytest

from campana.domain.campaigns import Campaign
from campana.domain.errors import StoreUnavailable
from campana.domain.messages import Counts, MessageStatus
from campana.domain.receipts import Receipt
from campana.domain.senders import Sender
from campana.engine.inbox.intake import MOST_HELD
from campana.engine.ports import Backlog, Post, Store
from tests.conftest import OpenAgain
from tests.support.cast import (
    MORNING,
    all_messages,
    counts_of,
    hold_lane,
    make_account,
    make_sender,
    phone_of,
    running_campaign,
    settle,
    take,
    wamid,
)
from tests.support.inbox import PostRoom, reply_post, status_event, status_post

S = MessageStatus
NOTHING = Backlog(0, None, 0)


async def sent_campaign(store: Store, people: int) -> tuple[Sender, Campaign]:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, people)
    lease = await hold_lane(store, sender)
    await settle(store, lease, await take(store, lease, campaign, limit=people))
    return sender, campaign


def told(campaign: Campaign, row: int, status: str, code: int | None = None) -> bytes:
    return status_post(status_event(wamid(campaign.id, row), status, phone_of(row), MORNING, code))


async def test_posts_become_states_with_their_reasons(store: Store) -> None:
    sender, campaign = await sent_campaign(store, 4)
    room = PostRoom(store)
    await room.come_in(
        sender,
        [
            told(campaign, 2, "read"),
            told(campaign, 2, "delivered"),
            told(campaign, 3, "failed", 131049),
            told(campaign, 4, "sent"),
            b"this is no JSON",
            b"",
        ],
    )
    assert (await store.backlog()).posts == 6, "kept before anything is made of them"
    await room.work_off()
    assert await counts_of(store, campaign) == Counts(sent=2, read=1, failed=1)
    failed = (await all_messages(store, campaign))[1]
    assert failed.error_code == "131049"
    assert "marketing" in (failed.error_reason or "")
    assert await store.backlog() == NOTHING
    assert room.count("campana_webhook_posts_total") == 6
    assert room.count("campana_webhook_events_total", kind="receipt") == 4


async def test_replies_and_refusals_are_handed_on_with_a_time(store: Store) -> None:
    sender, campaign = await sent_campaign(store, 2)
    room = PostRoom(store)
    await room.come_in(
        sender,
        [
            reply_post(phone_of(2), "STOP\0"),
            told(campaign, 3, "failed", 131050),
            status_post(status_event("wamid.strange", "failed", "+919999999999", MORNING, 131026)),
        ],
    )
    await room.work_off()
    ((from_sender, reply),) = room.desk.replies
    assert (from_sender, reply.phone, reply.text) == (sender, phone_of(2), "STOP")
    assert reply.at == MORNING, "of its coming, where it names none"
    assert [(receipt.code, receipt.phone) for _, receipt in room.desk.refusals] == [
        ("131050", phone_of(3)),
        ("131026", "+919999999999"),
    ]


async def test_each_sender_gets_its_own(store: Store) -> None:
    one, campaign = await sent_campaign(store, 1)
    other = await make_sender(store, await make_account(store, "Elsewhere"), provider="nobody's")
    stranger = await make_sender(store, await make_account(store, "Third"))
    room = PostRoom(store)
    for sender in (other, stranger):
        await room.come_in(sender, [told(campaign, 2, "read")])
    await room.work_off()
    assert await counts_of(store, campaign) == Counts(sent=1)
    assert await store.backlog() == Backlog(0, None, 1)
    await room.come_in(one, [told(campaign, 2, "read")])
    await room.work_off()
    assert await counts_of(store, campaign) == Counts(read=1)


async def test_a_thousand_events_in_one_post(store: Store) -> None:
    sender, campaign = await sent_campaign(store, 400)
    events = [
        status_event(wamid(campaign.id, row), status, phone_of(row), MORNING)
        for status in ("read", "sent", "delivered")
        for row in range(2, 402)
    ]
    room = PostRoom(store)
    await room.come_in(sender, [status_post(*events[:1000]), status_post(*events[1000:])])
    await room.work_off()
    assert await counts_of(store, campaign) == Counts(read=400)


async def test_what_was_begun_and_not_ended_is_done_by_the_next_one(
    store: Store, open_again: OpenAgain
) -> None:
    """A process dies after it applied receipts and before it dropped their posts."""
    sender, campaign = await sent_campaign(store, 2)
    room = PostRoom(await open_again(), owner="next")
    await room.come_in(sender, [told(campaign, 2, "read"), told(campaign, 3, "delivered")])
    assert await store.hold_duty("receipts", "dying", ttl_s=60)
    assert await store.receive(sender.id, [Receipt(wamid(campaign.id, 2), S.READ, MORNING)]) == []
    await room.working_off.tick()
    assert (await store.backlog()).posts == 2, "not while the duty may still be held"
    await store.leave_duty("receipts", "dying")
    room.clock.pass_by(seconds=3)
    await room.work_off()
    assert await counts_of(store, campaign) == Counts(read=1, delivered=1)


async def test_a_store_that_is_away_loses_nothing_that_was_acknowledged(store: Store) -> None:
    sender, campaign = await sent_campaign(store, 1)
    room = PostRoom(store)
    stored, room.intake._inbox = room.intake._inbox, Away()
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await room.intake.put(sender.id, told(campaign, 2, "read"))
    room.intake._inbox = stored
    await room.intake.put(sender.id, told(campaign, 2, "delivered"))
    await room.work_off()
    assert await counts_of(store, campaign) == Counts(delivered=1)


class Away:
    """An inbox that cannot be asked."""

    async def store_posts(self, posts: list[Post]) -> None:
        await asyncio.sleep(0)
        raise StoreUnavailable("away")


async def test_too_much_at_once_is_refused_not_held(sqlite_store: Store) -> None:
    sender = await make_sender(sqlite_store, await make_account(sqlite_store))
    room = PostRoom(sqlite_store)
    body = bytes(MOST_HELD // 4)
    puts = [asyncio.create_task(room.intake.put(sender.id, body)) for _ in range(6)]
    answers = await asyncio.gather(*puts, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, StoreUnavailable)]
    assert len(refused) == 2
    assert (await sqlite_store.backlog()).posts == 4
    await room.intake.put(sender.id, body)


async def test_many_at_once_share_few_transactions(sqlite_store: Store) -> None:
    sender = await make_sender(sqlite_store, await make_account(sqlite_store))
    room = PostRoom(sqlite_store)
    await room.come_in(sender, [b"{}"] * 2500)
    posts = await sqlite_store.waiting_posts(limit=5000, most_bytes=1_000_000)
    assert len(posts) == 2500
    late = timedelta(seconds=1)
    assert await sqlite_store.unmatched(MORNING + late, limit=1) == []
