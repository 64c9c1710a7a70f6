"""Settling: every outcome once, from the states it may start from, counted where it belongs."""

import asyncio
from datetime import timedelta

import pytest

from campana.domain.campaigns import CampaignStatus
from campana.domain.messages import TRANSITIONS, Counts, MessageStatus
from campana.engine.ports import Settlement, Store
from tests.conftest import OpenAgain
from tests.support.cast import (
    MORNING,
    TODAY,
    TOMORROW,
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
    view_of,
    wamid,
)

LATER = MORNING + timedelta(seconds=5, milliseconds=123)


async def test_each_outcome_is_recorded_as_it_was(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 5)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign)
    pause = LATER + timedelta(seconds=30)
    outcomes = [
        outcome(taken[0], MessageStatus.SENT, at=LATER),
        outcome(taken[1], MessageStatus.FAILED, at=LATER, code="131026", reason="not reachable"),
        outcome(taken[2], MessageStatus.UNKNOWN, at=LATER, code="read_timeout", reason="no answer"),
        outcome(taken[3], MessageStatus.PENDING, at=LATER, code="429", not_before=pause),
    ]
    assert await store.settle(lease, outcomes, day=TODAY) == 4
    sent, failed, unknown, pending, sending = await all_messages(store, campaign)
    assert (sent.status, sent.provider_message_id) == (MessageStatus.SENT, wamid(campaign.id, 2))
    assert sent.sent_at == LATER, "to the millisecond"
    assert (failed.status, failed.error_code, failed.error_reason) == ("FAILED", "131026", "not reachable")
    assert (unknown.status, unknown.error_code) == ("UNKNOWN", "read_timeout")
    assert (pending.status, pending.error_code) == ("PENDING", "429")
    assert (sending.status, sending.attempts) == ("SENDING", 1)
    assert failed.sent_at is unknown.sent_at is sending.provider_message_id is None
    counts = await counts_of(store, campaign)
    assert counts == Counts(pending=1, sending=1, sent=1, failed=1, unknown=1)
    assert await store.usage(sender.id, TODAY) == (2, 2)
    assert (await view_of(store, campaign)).reserved == 2


async def test_settling_again_changes_nothing(store: Store) -> None:
    """Whoever does not know whether a settlement was committed may repeat it."""
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign)
    fates = [MessageStatus.SENT, MessageStatus.UNKNOWN, MessageStatus.FAILED, MessageStatus.PENDING]
    outcomes = [outcome(one, fates[n % 4]) for n, one in enumerate(taken)]
    assert await store.settle(lease, outcomes, day=TODAY) == 10
    before = await view_of(store, campaign), await store.usage(sender.id, TODAY)
    assert await store.settle(lease, outcomes, day=TODAY) == 0
    assert await store.settle(lease, outcomes[:3], day=TOMORROW) == 0
    after = await view_of(store, campaign), await store.usage(sender.id, TODAY)
    assert (before[0].counts, before[0].reserved, before[1]) == (after[0].counts, after[0].reserved, after[1])
    assert await store.usage(sender.id, TOMORROW) == (0, 2)


async def test_only_what_changes_is_counted(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=6)
    assert await settle(store, lease, taken[:3]) == 3
    mixed = [outcome(one, MessageStatus.SENT) for one in taken]
    mixed.append(outcome(taken[5], MessageStatus.SENT, provider_message_id="twice in one batch"))
    mixed.append(Settlement(campaign.id, 11, MessageStatus.SENT, MORNING, "never taken"))
    mixed.append(Settlement(campaign.id, 999, MessageStatus.SENT, MORNING, "not there"))
    assert await store.settle(lease, mixed, day=TODAY) == 3
    counts = await counts_of(store, campaign)
    assert counts == Counts(pending=4, sent=6) == await recount(store, campaign)
    assert await store.usage(sender.id, TODAY) == (6, 4)


async def test_another_lanes_messages_are_not_settled(store: Store) -> None:
    """Fences are counted for each sender: the same number means another lane."""
    account = await make_account(store)
    sender, other = await make_sender(store, account), await make_sender(store, account, "Other")
    campaign = await running_campaign(store, sender)
    lease, foreign = await hold_lane(store, sender), await hold_lane(store, other)
    assert lease.fence == foreign.fence
    taken = await take(store, lease, campaign)
    assert await settle(store, foreign, taken) == 0
    assert (await counts_of(store, campaign)).sending == 10


async def test_a_lane_settles_several_campaigns_at_once(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaigns = [await running_campaign(store, sender, 5) for _ in range(3)]
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, *campaigns)
    mixed = taken[::2] + taken[1::2]
    assert await settle(store, lease, mixed) == 15
    assert [(await counts_of(store, one)).sent for one in campaigns] == [5, 5, 5]


async def test_a_provider_id_belongs_to_one_message(store: Store) -> None:
    """What the provider says twice must not keep the rest of the batch from being recorded."""
    account = await make_account(store)
    sender, other = await make_sender(store, account), await make_sender(store, account, "Other")
    campaign, elsewhere = await running_campaign(store, sender), await running_campaign(store, other)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign)
    assert await settle(store, lease, taken[:1], provider_message_id="wamid.1") == 1
    outcomes = [
        outcome(taken[1], MessageStatus.SENT, provider_message_id="wamid.1"),
        outcome(taken[2], MessageStatus.SENT, provider_message_id="wamid.2"),
        outcome(taken[3], MessageStatus.SENT, provider_message_id="wamid.2"),
    ]
    assert await store.settle(lease, outcomes, day=TODAY) == 3
    messages = await all_messages(store, campaign)
    assert [one.provider_message_id for one in messages[:4]] == ["wamid.1", None, "wamid.2", None]
    assert [one.status for one in messages[:4]] == [MessageStatus.SENT] * 4
    assert messages[1].error_code == messages[3].error_code == "duplicate_id"
    assert await recount(store, campaign) == await counts_of(store, campaign)
    lease = await hold_lane(store, other)
    taken = await take(store, lease, elsewhere, limit=1)
    await settle(store, lease, taken, provider_message_id="wamid.1")
    (message, *_) = await all_messages(store, elsewhere)
    assert message.provider_message_id == "wamid.1", "another sender's ids are its own"


@pytest.mark.parametrize("target", sorted(set(MessageStatus) - set(TRANSITIONS[MessageStatus.SENDING])))
async def test_what_the_table_does_not_know_is_refused(store: Store, target: MessageStatus) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign)
    outcomes = [outcome(taken[0], MessageStatus.SENT), outcome(taken[1], target)]
    with pytest.raises(ValueError, match=target):
        await store.settle(lease, outcomes, day=TODAY)
    assert (await counts_of(store, campaign)).sending == 10, "nothing of it was written"


async def test_a_pause_needs_an_end(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign)
    with pytest.raises(ValueError, match="time"):
        await settle(store, lease, taken, MessageStatus.PENDING, not_before=None)


@pytest.mark.parametrize("state", [CampaignStatus.PAUSED, CampaignStatus.CANCELLED, CampaignStatus.FAILED])
async def test_the_truth_is_recorded_whatever_became_of_the_campaign(
    store: Store, state: CampaignStatus
) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=4)
    assert await store.move(campaign.id, state, origins={CampaignStatus.PROCESSING}, at=MORNING)
    assert await settle(store, lease, taken[:2]) == 2
    assert await settle(store, lease, taken[2:], MessageStatus.PENDING) == 2
    assert await counts_of(store, campaign) == Counts(pending=8, sent=2)
    assert await store.usage(sender.id, TODAY) == (2, 0)


async def test_settlements_of_many_at_once_add_up(store: Store, open_again: OpenAgain) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 120)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=120)
    stores = [store, await open_again()]
    batches = [taken[start : start + 10] for start in range(0, 120, 10)] * 2
    changed = await asyncio.gather(*(settle(stores[n % 2], lease, part) for n, part in enumerate(batches)))
    assert sum(changed) == 120
    assert await counts_of(store, campaign) == Counts(sent=120) == await recount(store, campaign)
    assert await store.usage(sender.id, TODAY) == (120, 0)


async def test_the_pace_is_what_was_accepted_lately(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 50)
    lease = await hold_lane(store, sender)
    assert (await view_of(store, campaign)).rate == 0
    taken = await take(store, lease, campaign)
    await settle(store, lease, taken[:10], MessageStatus.FAILED)
    assert (await view_of(store, campaign)).rate == 0
    await settle(store, lease, taken[10:])
    assert 0 < (await view_of(store, campaign)).rate <= 40
    assert await store.complete(campaign.id, MORNING)
    assert (await view_of(store, campaign)).rate == 0
