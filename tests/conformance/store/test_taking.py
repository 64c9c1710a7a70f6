"""Taking messages: each by one lane only, in order, within what is reserved and left of the day."""

import asyncio
from datetime import timedelta

from campana.domain.campaigns import Campaign, CampaignStatus, OnDailyLimit
from campana.domain.messages import MessageStatus
from campana.engine.ports import LeaseLost, Store
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
    outcome,
    person,
    phone_of,
    recount,
    running_campaign,
    settle,
    start_campaign,
    suppress,
    take,
    view_of,
)


async def test_messages_come_in_row_order_with_their_recipient(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    lease = await hold_lane(store, sender)
    first = await take(store, lease, campaign, limit=4)
    second = await take(store, lease, campaign, limit=100, after_row=first[-1].row)
    assert [one.row for one in (*first, *second)] == list(range(2, 12))
    assert first[0].recipient == person(2)
    assert all(one.fresh and one.attempts == 1 and one.campaign_id == campaign.id for one in first)
    assert (await counts_of(store, campaign)).sending == 10


async def test_what_stands_before_the_cursor_is_left_alone(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    lease = await hold_lane(store, sender)
    assert [one.row for one in await take(store, lease, campaign, after_row=9)] == [10, 11]


async def test_a_message_is_put_back_and_comes_again_when_its_pause_is_over(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=3)
    later = MORNING + timedelta(seconds=30)
    back = [
        outcome(taken[0], MessageStatus.PENDING, not_before=later + timedelta(seconds=1), code="429"),
        outcome(taken[1], MessageStatus.PENDING, not_before=later, code="429", reason="throttled"),
    ]
    assert await store.settle(lease, back, day=TODAY) == 2
    assert (await view_of(store, campaign)).reserved == 10
    view = await store.lane_view(sender.id, now=MORNING, day=TODAY)
    assert view is not None
    assert view.campaigns[0].next_retry == later
    waiting = (await all_messages(store, campaign))[1]
    assert (waiting.status, waiting.error_code, waiting.attempts) == (MessageStatus.PENDING, "429", 1)

    assert [one.row for one in await take(store, lease, campaign, limit=1, after_row=4)] == [5]
    again = await take(store, lease, campaign, limit=3, after_row=5, now=later)
    assert [(one.row, one.fresh, one.attempts) for one in again] == [
        (3, False, 2),
        (6, True, 1),
        (7, True, 1),
    ]
    last = await take(store, lease, campaign, after_row=7, now=later + timedelta(seconds=1))
    assert [one.row for one in last] == [2, 8, 9, 10, 11]


async def test_a_try_that_says_nothing_does_not_count(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 1)
    lease = await hold_lane(store, sender)
    for _ in range(3):
        taken = await take(store, lease, campaign, now=MORNING + timedelta(hours=1))
        assert [one.attempts for one in taken] == [1]
        await settle(store, lease, taken, MessageStatus.PENDING, counts=False)
    (message,) = await all_messages(store, campaign)
    assert message.attempts == 0


async def test_campaigns_share_a_round_in_the_order_asked(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    one, two = await running_campaign(store, sender), await running_campaign(store, sender)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, two, one, limit=8, daily_limit=13)
    assert [part.campaign_id for part in taken] == [two.id] * 8 + [one.id] * 5


async def test_nothing_is_taken_from_a_campaign_that_does_not_run(store: Store) -> None:
    account = await make_account(store)
    sender, other = await make_sender(store, account), await make_sender(store, account, "Other")
    lease = await hold_lane(store, sender)
    people = await make_list(store, account)
    scheduled = await make_campaign(store, sender, people)
    foreign = await running_campaign(store, other)
    unknown = await make_campaign(store, other, people, status=CampaignStatus.DRAFT)
    assert await take(store, lease, scheduled, foreign, unknown) == []
    for target in (CampaignStatus.PAUSED, CampaignStatus.CANCELLED, CampaignStatus.FAILED):
        stopped = await running_campaign(store, sender)
        assert await store.move(stopped.id, target, origins={CampaignStatus.PROCESSING}, at=MORNING)
        assert await take(store, lease, stopped) == []


async def test_suppressed_numbers_are_skipped_at_the_last_moment(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    campaign = await running_campaign(store, sender)
    await suppress(store, account, *(phone_of(row) for row in (2, 3, 4, 7)))
    await suppress(store, await make_account(store, "Elsewhere"), phone_of(5))
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=4)
    assert [one.row for one in taken] == [5, 6, 8, 9], "a share is filled up behind those skipped"
    counts = await counts_of(store, campaign)
    assert (counts.skipped, counts.sending, counts.pending) == (4, 4, 2)
    assert (await view_of(store, campaign)).reserved == 6
    assert counts == await recount(store, campaign)
    skipped = await all_messages(store, campaign, statuses=[MessageStatus.SKIPPED])
    assert {one.error_code for one in skipped} == {"suppressed"}


async def test_a_suppressed_number_is_not_tried_again(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    campaign = await running_campaign(store, sender, 2)
    lease = await hold_lane(store, sender)
    await settle(store, lease, await take(store, lease, campaign), MessageStatus.PENDING)
    await suppress(store, account, phone_of(2))
    again = await take(store, lease, campaign, now=MORNING + timedelta(hours=1))
    assert [one.row for one in again] == [3]
    assert (await counts_of(store, campaign)).skipped == 1


async def test_two_takers_never_get_the_same_message(store: Store, open_again: OpenAgain) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 200)
    lease = await hold_lane(store, sender)
    stores = [store, await open_again()]
    rounds = await asyncio.gather(*(take(one, lease, campaign, limit=7) for one in stores * 20))
    rows = [one.row for taken in rounds for one in taken]
    assert len(rows) == len(set(rows)) == 200
    assert (await counts_of(store, campaign)).sending == 200


async def test_two_holders_of_one_lane_never_get_the_same_message(
    store: Store, open_again: OpenAgain
) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 60)
    other = await open_again()
    old = await hold_lane(store, sender)
    await store.release(old)
    new = await hold_lane(other, sender, "worker-2")

    async def try_old() -> list[int]:
        try:
            return [one.row for one in await take(store, old, campaign, limit=5)]
        except LeaseLost:
            return []

    async def try_new() -> list[int]:
        return [one.row for one in await take(other, new, campaign, limit=5)]

    rounds = await asyncio.gather(*(attempt() for _ in range(10) for attempt in (try_old, try_new)))
    assert all(rows == [] for rows in rounds[::2])
    assert sum(map(len, rounds)) == 50


async def test_never_more_than_what_is_reserved(store: Store) -> None:
    sender = await make_sender(store, await make_account(store), daily_limit=6)
    campaign = await running_campaign(store, sender, 10, on_daily_limit=OnDailyLimit.WAIT)
    lease = await hold_lane(store, sender)
    first = await take(store, lease, campaign, limit=4, daily_limit=1000)
    assert len(first) == 4
    second = await take(store, lease, campaign, limit=4, after_row=first[-1].row, daily_limit=1000)
    assert len(second) == 2
    assert await take(store, lease, campaign, daily_limit=1000) == []


async def test_never_past_the_daily_limit_whoever_else_sends(store: Store, open_again: OpenAgain) -> None:
    sender = await make_sender(store, await make_account(store), daily_limit=100)
    campaigns = [await running_campaign(store, sender, 40, name=f"{n}") for n in range(2)]
    lease = await hold_lane(store, sender)
    stores = [store, await open_again()]

    async def one_round(part: Store, number: int) -> int:
        taken = await take(part, lease, *campaigns, limit=5, daily_limit=50)
        fate = (MessageStatus.SENT, MessageStatus.UNKNOWN, MessageStatus.FAILED)[number % 3]
        await settle(part, lease, taken, fate)
        used, reserved = await part.usage(sender.id, TODAY)
        assert used <= 50
        assert reserved <= 80
        return len(taken) if fate is not MessageStatus.FAILED else 0

    used = sum(await asyncio.gather(*(one_round(stores[n % 2], n) for n in range(40))))
    assert used == (await store.usage(sender.id, TODAY))[0] <= 50
    assert await take(store, lease, *campaigns, daily_limit=used) == []


async def test_a_lowered_limit_holds_at_once_and_a_new_day_begins_at_nothing(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=3)
    assert await take(store, lease, campaign, daily_limit=3) == []
    await settle(store, lease, taken)
    assert await take(store, lease, campaign, daily_limit=2) == []
    tomorrow = TODAY + timedelta(days=1)
    assert len(await take(store, lease, campaign, daily_limit=3, day=tomorrow, limit=100)) == 3


async def test_an_empty_round_is_nothing(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    lease = await hold_lane(store, sender)
    assert await store.take(lease, [], now=MORNING, day=TODAY, daily_limit=10) == []
    assert await take(store, lease, campaign, limit=0) == []
    assert await store.settle(lease, [], day=TODAY) == 0


async def test_takes_and_pauses_serialise(store: Store, open_again: OpenAgain) -> None:
    """Once a pause is acknowledged, what was taken is all that is on its way."""
    sender = await make_sender(store, await make_account(store))
    other = await open_again()
    lease = await hold_lane(store, sender)

    async def pause(campaign: Campaign) -> int:
        paused, origins = CampaignStatus.PAUSED, {CampaignStatus.PROCESSING}
        assert await other.move(campaign.id, paused, origins=origins, at=MORNING)
        return (await counts_of(other, campaign)).sending

    for _ in range(5):
        campaign = await running_campaign(store, sender, 100)
        pausing = asyncio.create_task(pause(campaign))
        rounds = await asyncio.gather(*(take(store, lease, campaign, limit=10) for _ in range(5)))
        taken = [one for part in rounds for one in part]
        assert await pausing == len(taken) == (await counts_of(store, campaign)).sending
        assert await settle(store, lease, taken) == len(taken)


async def test_what_is_taken_again_after_a_start_is_what_was_left(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    lease = await hold_lane(store, sender)
    await settle(store, lease, await take(store, lease, campaign, limit=3))
    pause, resume = CampaignStatus.PAUSED, CampaignStatus.SCHEDULED
    assert await store.move(campaign.id, pause, origins={CampaignStatus.PROCESSING}, at=MORNING)
    assert await store.move(campaign.id, resume, origins={pause}, at=MORNING)
    await start_campaign(store, campaign)
    assert [one.row for one in await take(store, lease, campaign)] == list(range(5, 12))
