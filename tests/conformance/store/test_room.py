"""Room in the sender's day: promised once, given back when a campaign stops, and never counted on twice."""

import asyncio
from datetime import timedelta

import pytest

from campana.domain.campaigns import CampaignStatus, OnDailyLimit
from campana.domain.messages import MessageStatus
from campana.engine.ports import Start, StartVerdict, Store
from tests.conftest import OpenAgain
from tests.support.cast import (
    MORNING,
    TODAY,
    TOMORROW,
    hold_lane,
    make_account,
    make_campaign,
    make_list,
    make_sender,
    phone_of,
    running_campaign,
    settle,
    suppress,
    take,
    view_of,
)

STARTED, NO_ROOM, NOT_SCHEDULED = StartVerdict.STARTED, StartVerdict.NO_ROOM, StartVerdict.NOT_SCHEDULED
WAIT = OnDailyLimit.WAIT


async def test_a_start_reserves_room_for_all_that_is_pending(store: Store) -> None:
    account = await make_account(store)
    await suppress(store, account, phone_of(2))
    sender = await make_sender(store, account)
    campaign = await make_campaign(store, sender, await make_list(store, account))
    start = await store.start(campaign.id, now=MORNING, day=TODAY, daily_limit=100)
    assert start.verdict is STARTED
    view = await view_of(store, campaign)
    assert (view.campaign.status, view.campaign.started_at, view.reserved) == ("PROCESSING", MORNING, 9)
    assert await store.usage(sender.id, TODAY) == (0, 9)


async def test_two_starters_one_start(store: Store, open_again: OpenAgain) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    campaign = await make_campaign(store, sender, await make_list(store, account))
    stores = [store, await open_again()] * 4
    starts = (one.start(campaign.id, now=MORNING, day=TODAY, daily_limit=100) for one in stores)
    verdicts = [start.verdict for start in await asyncio.gather(*starts)]
    assert sorted(verdicts) == [NOT_SCHEDULED] * 7 + [STARTED]
    assert await store.usage(sender.id, TODAY) == (0, 10)


async def test_too_little_room_is_told_in_numbers(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    people = await make_list(store, account)
    first, second = await make_campaign(store, sender, people), await make_campaign(store, sender, people)
    assert (await store.start(first.id, now=MORNING, day=TODAY, daily_limit=15)).verdict is STARTED
    assert await store.start(second.id, now=MORNING, day=TODAY, daily_limit=15) == Start(NO_ROOM, 10, 5)
    assert await store.start(second.id, now=MORNING, day=TODAY, daily_limit=4) == Start(NO_ROOM, 10, 0)
    unchanged = await view_of(store, second)
    assert (unchanged.campaign.status, unchanged.campaign.started_at, unchanged.reserved) == (
        "SCHEDULED",
        None,
        0,
    )
    assert (await store.start(second.id, now=MORNING, day=TODAY, daily_limit=20)).verdict is STARTED


async def test_two_campaigns_cannot_count_on_the_same_room(store: Store, open_again: OpenAgain) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    people = await make_list(store, account)
    campaigns = [await make_campaign(store, sender, people) for _ in range(6)]
    stores = [store, await open_again()]
    starts = await asyncio.gather(
        *(
            stores[n % 2].start(one.id, now=MORNING, day=TODAY, daily_limit=35)
            for n, one in enumerate(campaigns)
        )
    )
    assert sorted(start.verdict for start in starts) == [NO_ROOM] * 3 + [STARTED] * 3
    assert await store.usage(sender.id, TODAY) == (0, 30)


async def test_what_waits_reserves_what_fits(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    people = await make_list(store, account)
    one, two, three = [await make_campaign(store, sender, people, on_daily_limit=WAIT) for _ in range(3)]
    for campaign, reserved in ((one, 10), (two, 5), (three, 0)):
        assert (await store.start(campaign.id, now=MORNING, day=TODAY, daily_limit=15)).verdict is STARTED
        assert (await view_of(store, campaign)).reserved == reserved
    assert await store.reserve(two.id, day=TODAY, daily_limit=15) == 0
    assert await store.reserve(two.id, day=TODAY, daily_limit=17) == 2
    assert await store.reserve(two.id, day=TODAY, daily_limit=100) == 3
    assert await store.reserve(two.id, day=TODAY, daily_limit=100) == 0, "it has all it needs"


@pytest.mark.parametrize("state", ["DRAFT", "PAUSED", "CANCELLED"])
async def test_only_what_is_scheduled_starts(store: Store, state: str) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    begun = CampaignStatus.DRAFT if state == "DRAFT" else CampaignStatus.SCHEDULED
    campaign = await make_campaign(store, sender, await make_list(store, account), status=begun)
    if state != "DRAFT":
        assert await store.move(campaign.id, CampaignStatus(state), origins={begun}, at=MORNING)
    start = await store.start(campaign.id, now=MORNING, day=TODAY, daily_limit=100)
    assert start.verdict is NOT_SCHEDULED
    assert await store.reserve(campaign.id, day=TODAY, daily_limit=100) == 0
    assert not await store.wait(campaign.id, MORNING)
    nobody = await store.start(sender.id, now=MORNING, day=TODAY, daily_limit=100)
    assert nobody.verdict is NOT_SCHEDULED


async def test_nothing_starts_before_its_time(store: Store) -> None:
    """Its time may have been moved between the look at what is due and the start."""
    account = await make_account(store)
    sender = await make_sender(store, account)
    later = MORNING + timedelta(minutes=1)
    campaign = await make_campaign(store, sender, await make_list(store, account), scheduled_at=later)
    start = await store.start(campaign.id, now=MORNING, day=TODAY, daily_limit=100)
    assert start.verdict is NOT_SCHEDULED
    assert (await store.start(campaign.id, now=later, day=TODAY, daily_limit=100)).verdict is STARTED


async def test_what_is_used_on_its_way_and_promised_leaves_no_room(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    campaign = await running_campaign(store, sender, 10)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=6)
    await settle(store, lease, taken[:2])
    await settle(store, lease, taken[2:3], MessageStatus.FAILED)
    assert await store.usage(sender.id, TODAY) == (2, 7)
    next_one = await make_campaign(store, sender, await make_list(store, account))
    start = await store.start(next_one.id, now=MORNING, day=TODAY, daily_limit=18)
    assert start == Start(NO_ROOM, 10, 9)
    assert await store.usage(sender.id, TOMORROW) == (0, 7)


async def test_a_pause_gives_back_all_but_what_is_on_its_way(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    campaign = await running_campaign(store, sender, 10)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=4)
    paused = CampaignStatus.PAUSED
    assert await store.move(campaign.id, paused, origins={CampaignStatus.PROCESSING}, at=MORNING)
    assert await store.usage(sender.id, TODAY) == (0, 4)
    assert await store.move(campaign.id, CampaignStatus.SCHEDULED, origins={paused}, at=MORNING)
    assert await store.start(campaign.id, now=MORNING, day=TODAY, daily_limit=9) == Start(NO_ROOM, 6, 5)
    assert (await store.start(campaign.id, now=MORNING, day=TODAY, daily_limit=10)).verdict is STARTED
    assert await store.usage(sender.id, TODAY) == (0, 10)
    await settle(store, lease, taken)
    assert await store.usage(sender.id, TODAY) == (4, 6)
    assert len(await take(store, lease, campaign, daily_limit=10)) == 6


async def test_a_campaign_waits_for_the_next_day_and_goes_on(store: Store) -> None:
    sender = await make_sender(store, await make_account(store), daily_limit=4)
    campaign = await running_campaign(store, sender, 10, on_daily_limit=WAIT)
    lease = await hold_lane(store, sender)
    await settle(store, lease, await take(store, lease, campaign, limit=3))
    reset = MORNING + timedelta(hours=15)
    assert await store.wait(campaign.id, reset)
    assert await store.usage(sender.id, TODAY) == (3, 0)
    view = await view_of(store, campaign)
    assert (view.campaign.status, view.campaign.waiting_until) == ("PROCESSING", reset)
    assert await store.working_senders(MORNING) == []
    assert await store.working_senders(reset) == [sender.id]
    now = await store.lane_view(sender.id, now=MORNING, day=TODAY)
    then = await store.lane_view(sender.id, now=reset, day=TOMORROW)
    assert now is not None
    assert then is not None
    assert ([len(look.campaigns) for look in (now, then)], now.used, then.used) == ([0, 1], 3, 0)
    assert await take(store, lease, campaign) == []
    assert await store.reserve(campaign.id, day=TOMORROW, daily_limit=4) == 4
    assert (await view_of(store, campaign)).campaign.waiting_until is None
    assert len(await take(store, lease, campaign, day=TOMORROW, daily_limit=4)) == 4


async def test_waiting_ends_with_a_pause(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender)
    assert await store.wait(campaign.id, MORNING + timedelta(hours=1))
    paused = CampaignStatus.PAUSED
    assert await store.move(campaign.id, paused, origins={CampaignStatus.PROCESSING}, at=MORNING)
    assert (await view_of(store, campaign)).campaign.waiting_until is None


async def test_a_reservation_beside_messages_on_their_way(store: Store) -> None:
    """After a wait the room of what is on its way is reserved once, not twice."""
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 10)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=4)
    assert await store.wait(campaign.id, MORNING)
    assert await store.reserve(campaign.id, day=TODAY, daily_limit=8) == 4
    assert await store.usage(sender.id, TODAY) == (0, 8)
    assert await store.reserve(campaign.id, day=TODAY, daily_limit=8) == 0
    await settle(store, lease, taken, MessageStatus.FAILED)
    assert await store.usage(sender.id, TODAY) == (0, 4)
    assert await store.reserve(campaign.id, day=TODAY, daily_limit=8) == 2


async def test_the_lane_sees_its_running_campaigns(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    assert await store.lane_view(account.id, now=MORNING, day=TODAY) is None
    empty = await store.lane_view(sender.id, now=MORNING, day=TODAY)
    assert empty is not None
    assert (empty.sender, empty.campaigns, empty.used, empty.in_flight) == (sender, (), 0, 0)
    campaign = await running_campaign(store, sender, 10)
    await make_campaign(store, sender, await make_list(store, account))
    lease = await hold_lane(store, sender)
    await settle(store, lease, (await take(store, lease, campaign, limit=3))[:1])
    view = await store.lane_view(sender.id, now=MORNING, day=TODAY)
    assert view is not None
    assert (view.used, view.in_flight) == (1, 2)
    (seen,) = view.campaigns
    assert (seen.campaign.id, seen.campaign.fields, seen.columns) == (
        campaign.id,
        campaign.fields,
        ("phone", "name", "city"),
    )
    assert (seen.name_column, seen.reserved, seen.next_retry) == ("name", 9, None)
    assert (seen.counts.pending, seen.counts.sending, seen.counts.sent) == (7, 2, 1)
    assert await store.working_senders(MORNING) == [sender.id]
