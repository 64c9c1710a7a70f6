"""Receipts: doubled, lost and out of order; the state never goes back, and the counts follow."""

import asyncio
import itertools
from datetime import timedelta

import pytest

from campana.domain.campaigns import Campaign
from campana.domain.messages import RECEIPT_RANK, TRANSITIONS, Counts, Message, MessageStatus
from campana.domain.receipts import UNEXPLAINED, Receipt
from campana.domain.senders import Sender
from campana.engine.ports import Store
from tests.conftest import OpenAgain
from tests.support.cast import (
    MORNING,
    TODAY,
    all_messages,
    counts_of,
    hold_lane,
    make_account,
    make_sender,
    outcome,
    recount,
    running_campaign,
    settle,
    take,
    told,
    wamid,
)

S = MessageStatus
RECEIPTS = (S.SENT, S.DELIVERED, S.READ, S.FAILED)


async def _one_sent(store: Store, status: MessageStatus = S.SENT) -> tuple[Sender, Campaign]:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 1)
    lease = await hold_lane(store, sender)
    (taken,) = await take(store, lease, campaign)
    known = outcome(taken, status, provider_message_id=wamid(campaign.id, 2))
    assert await store.settle(lease, [known], day=TODAY) == 1
    return sender, campaign


@pytest.mark.parametrize("order", list(itertools.permutations(RECEIPTS, 3)), ids="-".join)
async def test_whatever_the_order_the_best_news_stays(store: Store, order: tuple[MessageStatus, ...]) -> None:
    sender, campaign = await _one_sent(store)
    expected = S.SENT
    for number, status in enumerate(order * 2):
        at = MORNING + timedelta(seconds=number)
        assert await told(store, sender, wamid(campaign.id, 2), status, at=at)
        if status in TRANSITIONS[expected]:
            expected = status
        (message,) = await all_messages(store, campaign)
        assert message.status is expected
        assert await recount(store, campaign) == await counts_of(store, campaign)


async def test_every_step_keeps_its_time(store: Store) -> None:
    sender, campaign = await _one_sent(store)
    seconds = [MORNING + timedelta(seconds=second) for second in range(10)]

    async def hear(status: MessageStatus, second: int) -> Message:
        await told(store, sender, wamid(campaign.id, 2), status, at=seconds[second])
        (message,) = await all_messages(store, campaign)
        return message

    read = await hear(S.READ, 5)
    assert (read.sent_at, read.delivered_at, read.read_at) == (MORNING, seconds[5], seconds[5])
    late = await hear(S.DELIVERED, 3)
    assert (late.status, late.delivered_at, late.read_at) == (S.READ, seconds[3], seconds[5])
    again = await hear(S.READ, 9)
    assert (again.delivered_at, again.read_at) == (seconds[3], seconds[5])


async def test_a_late_refusal_is_told_with_its_reason(store: Store) -> None:
    sender, campaign = await _one_sent(store)
    why = {"code": "131049", "reason": "marketing cap"}
    assert await told(store, sender, wamid(campaign.id, 2), S.FAILED, **why)
    (message,) = await all_messages(store, campaign)
    assert (message.status, message.error_code, message.error_reason) == (S.FAILED, "131049", "marketing cap")
    assert await store.usage(sender.id, TODAY) == (1, 0), "it was accepted, so it counted"


@pytest.mark.parametrize("status", RECEIPTS)
async def test_an_unknown_one_is_settled_by_its_receipt(store: Store, status: MessageStatus) -> None:
    sender, campaign = await _one_sent(store, S.UNKNOWN)
    assert await told(store, sender, wamid(campaign.id, 2), status, at=MORNING)
    (message,) = await all_messages(store, campaign)
    assert message.status is status
    assert (message.error_code, message.error_reason) == (None, None)
    assert (message.sent_at is None) is (status is S.FAILED)


async def test_what_nobody_knows_is_said_so(store: Store) -> None:
    sender, campaign = await _one_sent(store)
    assert not await told(store, sender, "wamid.unheard.of", S.DELIVERED, at=MORNING)
    other = await make_sender(store, await make_account(store, "Elsewhere"))
    assert not await told(store, other, wamid(campaign.id, 2), S.DELIVERED, at=MORNING)
    assert await counts_of(store, campaign) == Counts(sent=1)


@pytest.mark.parametrize("status", sorted(set(S) - set(RECEIPT_RANK) - {S.FAILED}))
async def test_no_receipt_says_anything_else(store: Store, status: MessageStatus) -> None:
    sender, campaign = await _one_sent(store)
    with pytest.raises(ValueError, match=status):
        await told(store, sender, wamid(campaign.id, 2), status, at=MORNING)


async def test_a_message_sent_again_is_known_by_its_new_id_only(store: Store) -> None:
    sender, campaign = await _one_sent(store)
    old = wamid(campaign.id, 2)
    await told(store, sender, old, S.FAILED, at=MORNING)
    assert await store.retry(campaign.id, S.FAILED, now=MORNING, limit=10) == 1
    assert await store.reserve(campaign.id, day=TODAY, daily_limit=100) == 1
    assert not await told(store, sender, old, S.DELIVERED, at=MORNING)
    (holder,) = await store.holders()
    assert await store.void(sender.id, holder.fence)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign)
    assert not await told(store, sender, old, S.DELIVERED, at=MORNING)
    await settle(store, lease, taken, provider_message_id="wamid.new")
    assert await told(store, sender, "wamid.new", S.DELIVERED, at=MORNING)


async def test_receipts_of_many_at_once_add_up(store: Store, open_again: OpenAgain) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 30)
    lease = await hold_lane(store, sender)
    await settle(store, lease, await take(store, lease, campaign))
    stores = [store, await open_again()]
    news = [(row, status) for row in range(2, 32) for status in (S.READ, S.DELIVERED, S.READ)]
    await asyncio.gather(
        *(
            told(stores[n % 2], sender, wamid(campaign.id, row), status, at=MORNING)
            for n, (row, status) in enumerate(news)
        )
    )
    assert await counts_of(store, campaign) == Counts(read=30) == await recount(store, campaign)


async def test_a_batch_is_applied_whole_and_says_what_it_does_not_know(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 3)
    lease = await hold_lane(store, sender)
    await settle(store, lease, await take(store, lease, campaign))
    ids = [wamid(campaign.id, row) for row in (2, 3, 4)]
    unheard = Receipt("wamid.unheard.of", S.READ, MORNING)
    batch = [
        *(Receipt(ids[0], status, MORNING) for status in (S.READ, S.SENT, S.DELIVERED, S.READ)),
        unheard,
        Receipt(ids[1], S.DELIVERED, MORNING),
        Receipt(ids[2], S.FAILED, MORNING, "131026", "not on WhatsApp"),
        Receipt(ids[2], S.DELIVERED, MORNING),
    ]
    assert await store.receive(sender.id, batch) == [unheard]
    assert await store.receive(sender.id, batch[::-1]) == [unheard], "once more, the other way round"
    assert await counts_of(store, campaign) == Counts(read=1, delivered=1, failed=1)
    assert await recount(store, campaign) == await counts_of(store, campaign)
    assert await store.receive(sender.id, []) == []


async def test_a_refusal_without_a_reason_gets_it_later(store: Store) -> None:
    sender, campaign = await _one_sent(store)
    one = wamid(campaign.id, 2)
    assert await told(store, sender, one, S.FAILED, code=UNEXPLAINED, reason="nobody knows")
    assert await told(store, sender, one, S.FAILED, code="131049", reason="marketing cap")
    assert await told(store, sender, one, S.FAILED, code=UNEXPLAINED, reason="nobody knows")
    (message,) = await all_messages(store, campaign)
    assert (message.error_code, message.error_reason) == ("131049", "marketing cap")


async def test_a_receipt_without_its_time_is_refused(store: Store) -> None:
    sender, campaign = await _one_sent(store)
    with pytest.raises(ValueError, match="time"):
        await told(store, sender, wamid(campaign.id, 2), S.READ, at=None)
