"""Receipts: doubled, lost and out of order; the state never goes back, and the counts follow."""

import asyncio
import itertools
from datetime import timedelta

import pytest

from campana.domain.campaigns import Campaign
from campana.domain.messages import RECEIPT_RANK, TRANSITIONS, Counts, Message, MessageStatus
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
        assert await store.receive(sender.id, wamid(campaign.id, 2), status, at=at)
        if status in TRANSITIONS[expected]:
            expected = status
        (message,) = await all_messages(store, campaign)
        assert message.status is expected
        assert await recount(store, campaign) == await counts_of(store, campaign)


async def test_every_step_keeps_its_time(store: Store) -> None:
    sender, campaign = await _one_sent(store)
    seconds = [MORNING + timedelta(seconds=second) for second in range(10)]

    async def told(status: MessageStatus, second: int) -> Message:
        await store.receive(sender.id, wamid(campaign.id, 2), status, at=seconds[second])
        (message,) = await all_messages(store, campaign)
        return message

    read = await told(S.READ, 5)
    assert (read.sent_at, read.delivered_at, read.read_at) == (MORNING, seconds[5], seconds[5])
    late = await told(S.DELIVERED, 3)
    assert (late.status, late.delivered_at, late.read_at) == (S.READ, seconds[3], seconds[5])
    again = await told(S.READ, 9)
    assert (again.delivered_at, again.read_at) == (seconds[3], seconds[5])


async def test_a_late_refusal_is_told_with_its_reason(store: Store) -> None:
    sender, campaign = await _one_sent(store)
    told = {"at": MORNING, "code": "131049", "reason": "marketing cap"}
    assert await store.receive(sender.id, wamid(campaign.id, 2), S.FAILED, **told)
    (message,) = await all_messages(store, campaign)
    assert (message.status, message.error_code, message.error_reason) == (S.FAILED, "131049", "marketing cap")
    assert await store.usage(sender.id, TODAY) == (1, 0), "it was accepted, so it counted"


@pytest.mark.parametrize("status", RECEIPTS)
async def test_an_unknown_one_is_settled_by_its_receipt(store: Store, status: MessageStatus) -> None:
    sender, campaign = await _one_sent(store, S.UNKNOWN)
    assert await store.receive(sender.id, wamid(campaign.id, 2), status, at=MORNING)
    (message,) = await all_messages(store, campaign)
    assert message.status is status
    assert (message.error_code, message.error_reason) == (None, None)
    assert (message.sent_at is None) is (status is S.FAILED)


async def test_what_nobody_knows_is_said_so(store: Store) -> None:
    sender, campaign = await _one_sent(store)
    assert not await store.receive(sender.id, "wamid.unheard.of", S.DELIVERED, at=MORNING)
    other = await make_sender(store, await make_account(store, "Elsewhere"))
    assert not await store.receive(other.id, wamid(campaign.id, 2), S.DELIVERED, at=MORNING)
    assert await counts_of(store, campaign) == Counts(sent=1)


@pytest.mark.parametrize("status", sorted(set(S) - set(RECEIPT_RANK) - {S.FAILED}))
async def test_no_receipt_says_anything_else(store: Store, status: MessageStatus) -> None:
    sender, campaign = await _one_sent(store)
    with pytest.raises(ValueError, match=status):
        await store.receive(sender.id, wamid(campaign.id, 2), status, at=MORNING)


async def test_a_message_sent_again_is_known_by_its_new_id_only(store: Store) -> None:
    sender, campaign = await _one_sent(store)
    old = wamid(campaign.id, 2)
    await store.receive(sender.id, old, S.FAILED, at=MORNING)
    assert await store.retry(campaign.id, S.FAILED, now=MORNING, limit=10) == 1
    assert await store.reserve(campaign.id, day=TODAY, daily_limit=100) == 1
    assert not await store.receive(sender.id, old, S.DELIVERED, at=MORNING)
    (holder,) = await store.holders()
    assert await store.void(sender.id, holder.fence)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign)
    assert not await store.receive(sender.id, old, S.DELIVERED, at=MORNING)
    await settle(store, lease, taken, provider_message_id="wamid.new")
    assert await store.receive(sender.id, "wamid.new", S.DELIVERED, at=MORNING)


async def test_receipts_of_many_at_once_add_up(store: Store, open_again: OpenAgain) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 30)
    lease = await hold_lane(store, sender)
    await settle(store, lease, await take(store, lease, campaign))
    stores = [store, await open_again()]
    told = [(row, status) for row in range(2, 32) for status in (S.READ, S.DELIVERED, S.READ)]
    await asyncio.gather(
        *(
            stores[n % 2].receive(sender.id, wamid(campaign.id, row), status, at=MORNING)
            for n, (row, status) in enumerate(told)
        )
    )
    assert await counts_of(store, campaign) == Counts(read=30) == await recount(store, campaign)
