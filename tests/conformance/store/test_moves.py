"""Campaigns move as the transition table says, by one mover each, and messages follow."""

import asyncio
from datetime import timedelta

import pytest

from campana.domain.campaigns import TRANSITIONS, Campaign, CampaignStatus, start_states
from campana.domain.messages import Counts, MessageStatus
from campana.domain.senders import Sender
from campana.engine.ports import Lease, Store
from tests.conftest import OpenAgain
from tests.support.cast import (
    MORNING,
    TODAY,
    all_messages,
    counts_of,
    hold_lane,
    make_account,
    make_campaign,
    make_list,
    make_sender,
    new_campaign,
    recount,
    running_campaign,
    settle,
    start_campaign,
    take,
    told,
    view_of,
    wamid,
)

C, M = CampaignStatus, MessageStatus
NOON = MORNING + timedelta(hours=3)

WAYS = {
    C.DRAFT: (),
    C.SCHEDULED: (),
    C.PROCESSING: (C.PROCESSING,),
    C.PAUSED: (C.PROCESSING, C.PAUSED),
    C.COMPLETED: (C.PROCESSING, C.COMPLETED),
    C.FAILED: (C.FAILED,),
    C.CANCELLED: (C.CANCELLED,),
}
"""How a campaign comes to be in each state."""


async def _in_state(store: Store, sender: Sender, state: C) -> Campaign:
    people = await make_list(store, sender, 0 if state is C.COMPLETED else 3)
    begun = C.DRAFT if state is C.DRAFT else C.SCHEDULED
    campaign = await make_campaign(store, sender, people, status=begun)
    for step in WAYS[state]:
        if step is C.PROCESSING:
            await start_campaign(store, campaign)
        else:
            assert await store.move(campaign.id, step, origins=start_states(step), at=MORNING)
    assert (await view_of(store, campaign)).campaign.status is state
    return campaign


@pytest.mark.parametrize("origin", C)
async def test_every_move_of_the_table_and_no_other(store: Store, origin: C) -> None:
    sender = await make_sender(store, await make_account(store))
    for target in C:
        campaign = await _in_state(store, sender, origin)
        if target is C.PROCESSING:
            start = await store.start(campaign.id, now=NOON, day=TODAY, daily_limit=10_000)
            moved = start.verdict == "started"
        elif target is C.COMPLETED:
            moved = await store.complete(campaign.id, NOON)
            assert not moved, "it has open messages"
            continue
        else:
            moved = await store.move(campaign.id, target, origins=start_states(target), at=NOON)
        assert moved is (target in TRANSITIONS[origin]), f"{origin} to {target}"
        assert (await view_of(store, campaign)).campaign.status is (target if moved else origin)


@pytest.mark.parametrize("target", C)
async def test_moves_that_the_table_lacks_cannot_be_asked_for(store: Store, target: C) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await _in_state(store, sender, C.SCHEDULED)
    for origin in set(C) - start_states(target):
        with pytest.raises(ValueError, match=target):
            await store.move(campaign.id, target, origins={origin}, at=NOON)
    with pytest.raises(ValueError, match="PROCESSING"):
        await store.move(campaign.id, C.PROCESSING, origins={C.SCHEDULED}, at=NOON)


async def test_a_move_names_where_it_may_start(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await _in_state(store, sender, C.PROCESSING)
    assert not await store.move(campaign.id, C.PAUSED, origins={C.SCHEDULED}, at=NOON)
    assert not await store.move(campaign.id, C.PAUSED, origins=(), at=NOON)
    assert not await store.move(sender.id, C.PAUSED, origins={C.PROCESSING}, at=NOON), "no such campaign"
    assert await store.move(campaign.id, C.PAUSED, origins={C.SCHEDULED, C.PROCESSING}, at=NOON)


async def test_a_move_leaves_reason_and_times(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await _in_state(store, sender, C.PROCESSING)
    assert (await view_of(store, campaign)).reserved == 3
    assert await store.move(campaign.id, C.PAUSED, origins={C.PROCESSING}, at=NOON, error="template refused")
    paused = await view_of(store, campaign)
    assert (paused.campaign.error, paused.campaign.completed_at, paused.reserved) == (
        "template refused",
        None,
        0,
    )
    later = NOON + timedelta(minutes=5)
    assert await store.move(campaign.id, C.SCHEDULED, origins={C.PAUSED}, at=NOON, scheduled_at=later)
    resumed = (await view_of(store, campaign)).campaign
    assert (resumed.error, resumed.scheduled_at, resumed.started_at) == (None, later, MORNING)
    assert await store.move(campaign.id, C.CANCELLED, origins={C.SCHEDULED}, at=later)
    cancelled = (await view_of(store, campaign)).campaign
    assert (cancelled.completed_at, cancelled.scheduled_at) == (later, later)


async def test_a_time_taken_away_and_given_back(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await _in_state(store, sender, C.SCHEDULED)
    assert await store.move(campaign.id, C.DRAFT, origins={C.SCHEDULED}, at=NOON)
    assert (await view_of(store, campaign)).campaign.scheduled_at is None
    assert not await store.move(campaign.id, C.SCHEDULED, origins={C.DRAFT}, at=NOON), "it has no time"
    assert await store.move(campaign.id, C.SCHEDULED, origins={C.DRAFT}, at=NOON, scheduled_at=NOON)


async def test_of_many_movers_one_moves(store: Store, open_again: OpenAgain) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await _in_state(store, sender, C.PROCESSING)
    stores = [store, await open_again()] * 4
    moves = (one.move(campaign.id, C.PAUSED, origins={C.PROCESSING}, at=NOON) for one in stores)
    assert sum(await asyncio.gather(*moves)) == 1


async def test_complete_waits_for_the_last_message(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 2)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=1)
    await settle(store, lease, taken)
    assert not await store.complete(campaign.id, NOON), "one is pending"
    taken = await take(store, lease, campaign)
    assert not await store.complete(campaign.id, NOON), "one is on its way"
    await settle(store, lease, taken, M.UNKNOWN)
    assert await store.complete(campaign.id, NOON)
    assert not await store.complete(campaign.id, NOON)
    view = await view_of(store, campaign)
    assert (view.campaign.status, view.campaign.completed_at) == (C.COMPLETED, NOON)
    assert await store.move(campaign.id, C.PAUSED, origins={C.COMPLETED}, at=NOON)
    assert (await view_of(store, campaign)).campaign.completed_at is None


async def test_what_is_due_and_what_comes_next(store: Store) -> None:
    account = await make_account(store)
    sender, other = await make_sender(store, account), await make_sender(store, account, "Other")
    people = await make_list(store, account)
    assert await store.next_due() is None
    times = [MORNING + timedelta(minutes=minutes) for minutes in (5, 0, 10)]
    made = [
        await make_campaign(store, one, people, scheduled_at=at)
        for one, at in zip((sender, other, sender), times, strict=True)
    ]
    unopened = await store.add_campaign(
        new_campaign(sender, people, scheduled_at=MORNING - timedelta(days=1))
    )
    await make_campaign(store, sender, people, status=C.DRAFT, scheduled_at=None)
    assert await store.next_due() == MORNING
    assert await store.due(MORNING - timedelta(seconds=1), limit=10) == []
    due = await store.due(times[0], limit=10)
    assert [(campaign.id, its.id) for campaign, its in due] == [
        (made[1].id, other.id),
        (made[0].id, sender.id),
    ]
    assert [campaign.id for campaign, _ in await store.due(times[2], limit=1)] == [made[1].id]
    assert await store.open_campaign(unopened.id, C.SCHEDULED)
    assert len(await store.due(times[2], limit=10)) == 4


async def test_what_a_stopped_campaign_had_left_is_swept(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    cancelled, failed = await running_campaign(store, sender, 5), await running_campaign(store, sender, 5)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, cancelled, limit=2)
    why = {"code": "stopped", "reason": "it was stopped", "at": NOON}
    assert await store.sweep(cancelled.id, limit=10, **why) == 0, "it still runs"
    assert await store.unswept() == []
    await store.move(cancelled.id, C.CANCELLED, origins={C.PROCESSING}, at=NOON)
    await store.move(failed.id, C.FAILED, origins={C.PROCESSING}, at=NOON)
    assert {one.id for one in await store.unswept()} == {cancelled.id, failed.id}
    assert await store.sweep(cancelled.id, limit=2, **why) == 2
    assert await store.sweep(cancelled.id, limit=2, **why) == 1
    assert await store.sweep(cancelled.id, limit=2, **why) == 0
    assert await store.sweep(failed.id, limit=10, **why) == 5
    assert await store.unswept() == []
    assert (
        await counts_of(store, cancelled) == Counts(sending=2, skipped=3) == await recount(store, cancelled)
    )
    assert await counts_of(store, failed) == Counts(failed=5) == await recount(store, failed)
    swept = await all_messages(store, failed)
    assert {(one.error_code, one.error_reason) for one in swept} == {("stopped", "it was stopped")}
    await settle(store, lease, taken, M.PENDING)
    assert [one.id for one in await store.unswept()] == [cancelled.id], "what was put back is swept as well"
    assert await store.sweep(cancelled.id, limit=10, **why) == 2


async def _ended(store: Store) -> tuple[Sender, Campaign, Lease]:
    """A campaign of which 2 are SENT, 2 FAILED and 2 UNKNOWN."""
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 6)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign)
    for number, fate in enumerate((M.SENT, M.FAILED, M.UNKNOWN)):
        await settle(store, lease, taken[2 * number : 2 * number + 2], fate, code="x", reason="y")
    return sender, campaign, lease


async def test_a_retry_begins_anew(store: Store) -> None:
    sender, campaign, lease = await _ended(store)
    assert await told(store, sender, wamid(campaign.id, 2), M.FAILED, at=NOON)
    assert await store.retry(campaign.id, M.FAILED, now=MORNING, limit=2) == 2
    assert await store.retry(campaign.id, M.FAILED, now=MORNING, limit=2) == 1
    assert await store.retry(campaign.id, M.FAILED, now=MORNING, limit=2) == 0
    assert await counts_of(store, campaign) == Counts(pending=3, sent=1, unknown=2)
    assert await store.retry(campaign.id, M.UNKNOWN, now=MORNING, limit=10) == 2
    assert await recount(store, campaign) == Counts(pending=5, sent=1)
    anew = (await all_messages(store, campaign))[0]
    assert (anew.attempts, anew.provider_message_id, anew.error_code, anew.sent_at) == (0, None, None, None)
    assert await take(store, lease, campaign) == [], "nothing is reserved for them yet"
    assert await store.reserve(campaign.id, day=TODAY, daily_limit=1000) == 5
    again = await take(store, lease, campaign, after_row=1000)
    assert [(one.attempts, one.fresh) for one in again] == [(1, False)] * 5


@pytest.mark.parametrize("status", sorted(set(M) - {M.FAILED, M.UNKNOWN}))
async def test_nothing_else_is_tried_again(store: Store, status: M) -> None:
    _, campaign, _ = await _ended(store)
    with pytest.raises(ValueError, match=status):
        await store.retry(campaign.id, status, now=MORNING, limit=10)


async def test_a_retry_needs_a_campaign_that_runs_or_rests(store: Store) -> None:
    _, campaign, _ = await _ended(store)
    assert await store.complete(campaign.id, NOON)
    assert await store.retry(campaign.id, M.FAILED, now=NOON, limit=10) == 0
    assert await store.move(campaign.id, C.PAUSED, origins={C.COMPLETED}, at=NOON)
    assert await store.retry(campaign.id, M.FAILED, now=NOON, limit=10) == 2
    assert await store.move(campaign.id, C.CANCELLED, origins={C.PAUSED}, at=NOON)
    assert await store.retry(campaign.id, M.UNKNOWN, now=NOON, limit=10) == 0
    assert await counts_of(store, campaign) == Counts(pending=2, sent=2, unknown=2)
