"""The inbox: what came in stays until it is worked off, and what found no message is kept aside."""

from datetime import timedelta
from uuid import uuid4

from campana.domain.messages import MessageStatus
from campana.domain.receipts import Receipt
from campana.domain.senders import Sender, Webhook
from campana.engine.ports import Backlog, Post, Store, Unmatched
from tests.conftest import OpenAgain
from tests.support.cast import MORNING, make_account, make_sender

MEBIBYTE = 1024 * 1024
SECOND = timedelta(seconds=1)


def post(sender: Sender, body: bytes = b"{}", seconds: int = 0) -> Post:
    return Post(sender.id, MORNING + seconds * SECOND, body)


def unmatched(sender: Sender, name: str = "wamid.1", look_in_s: int = 1, **receipt: str) -> Unmatched:
    told = Receipt(name, MessageStatus.DELIVERED, MORNING, **receipt)
    return Unmatched(sender.id, told, MORNING, MORNING + look_in_s * SECOND)


async def test_posts_wait_in_their_order_until_they_are_dropped(store: Store, open_again: OpenAgain) -> None:
    account = await make_account(store)
    one, two = await make_sender(store, account), await make_sender(store, account, "Two")
    bodies = [b"\x00first", b"second", b"third"]
    await store.store_posts([post(one, bodies[0], 1), post(two, bodies[1], 2)])
    await store.store_posts([post(one, bodies[2], 3)])
    other = await open_again()
    waiting = await other.waiting_posts(limit=10, most_bytes=MEBIBYTE)
    assert [(each.body, each.sender.id) for each in waiting] == [
        (bodies[0], one.id),
        (bodies[1], two.id),
        (bodies[2], one.id),
    ]
    assert waiting[1].received_at == MORNING + 2 * SECOND
    assert await store.backlog() == Backlog(3, MORNING + SECOND, 0)
    await other.drop_posts(waiting[:2], [])
    assert await store.waiting_posts(limit=10, most_bytes=MEBIBYTE) == [waiting[2]]
    await store.drop_posts(waiting, [])
    assert await store.waiting_posts(limit=10, most_bytes=MEBIBYTE) == []
    assert await store.backlog() == Backlog(0, None, 0)


async def test_a_batch_is_bounded_by_number_and_by_size(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    await store.store_posts([post(sender, b"x" * 1000) for _ in range(5)])
    assert len(await store.waiting_posts(limit=3, most_bytes=MEBIBYTE)) == 3
    assert len(await store.waiting_posts(limit=10, most_bytes=2500)) == 3
    assert len(await store.waiting_posts(limit=10, most_bytes=1)) == 1, "one at least"


async def test_dropping_late_does_not_drop_what_came_later(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    await store.store_posts([post(sender, b"early")])
    early = await store.waiting_posts(limit=10, most_bytes=MEBIBYTE)
    await store.drop_posts(early, [])
    await store.store_posts([post(sender, b"late")])
    await store.drop_posts(early, [])
    (late,) = await store.waiting_posts(limit=10, most_bytes=MEBIBYTE)
    assert late.body == b"late"


async def test_what_found_no_message_is_kept_with_everything_it_said(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    await store.store_posts([post(sender)])
    posts = await store.waiting_posts(limit=10, most_bytes=MEBIBYTE)
    failed = Receipt("wamid.2", MessageStatus.FAILED, MORNING, "131026", "not there", "+919812345678")
    aside = [
        unmatched(sender, look_in_s=5),
        Unmatched(sender.id, failed, MORNING, MORNING + SECOND),
        unmatched(sender, look_in_s=5),
    ]
    await store.drop_posts(posts, aside)
    await store.drop_posts(posts, aside)
    assert await store.backlog() == Backlog(0, None, 2), "doubled ones once"
    assert await store.unmatched(MORNING, limit=10) == []
    (first,) = await store.unmatched(MORNING + SECOND, limit=10)
    assert (first.receipt, first.received_at) == (failed, MORNING)
    assert await store.unmatched_to(sender.id, "+919812345678") == [first]
    assert await store.unmatched_to(uuid4(), "+919812345678") == []
    both = await store.unmatched(MORNING + 5 * SECOND, limit=10)
    assert [each.receipt.provider_message_id for each in both] == ["wamid.2", "wamid.1"]
    assert await store.unmatched(MORNING + 5 * SECOND, limit=1) == [first]
    await store.defer_unmatched([(first.id, MORNING + 60 * SECOND)])
    assert await store.unmatched(MORNING + 5 * SECOND, limit=10) == both[1:]
    await store.drop_unmatched([each.id for each in both])
    assert (await store.backlog()).unmatched == 0


async def test_a_webhook_is_replaced_but_its_last_event_stays(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    assert await store.webhook(sender.id) is None
    await store.save_webhook(Webhook(sender.id, "digest", "sealed"))
    await store.store_posts([post(sender, seconds=9), post(sender, seconds=3)])
    await store.drop_posts(await store.waiting_posts(limit=10, most_bytes=MEBIBYTE), [])
    heard = await store.webhook(sender.id)
    assert heard == Webhook(sender.id, "digest", "sealed", last_event_at=MORNING + 9 * SECOND)
    rotated = Webhook(sender.id, "digest 2", "sealed 2", "digest", MORNING)
    await store.save_webhook(rotated)
    (known,) = await store.webhooks()
    assert (known.digest, known.sealed, known.former_digest) == ("digest 2", "sealed 2", "digest")
    assert (known.former_until, known.last_event_at) == (MORNING, MORNING + 9 * SECOND)


async def test_a_duty_is_one_owners_until_it_runs_out_or_is_left(store: Store) -> None:
    assert await store.hold_duty("receipts", "one", ttl_s=60)
    assert await store.hold_duty("receipts", "one", ttl_s=60), "kept"
    assert not await store.hold_duty("receipts", "two", ttl_s=60)
    assert await store.hold_duty("polling", "two", ttl_s=60), "another duty"
    await store.leave_duty("receipts", "two")
    assert not await store.hold_duty("receipts", "two", ttl_s=60), "it was not theirs to leave"
    await store.leave_duty("receipts", "one")
    assert await store.hold_duty("receipts", "two", ttl_s=-1)
    assert await store.hold_duty("receipts", "one", ttl_s=60), "it ran out"
