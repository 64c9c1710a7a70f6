"""No more than so many campaign messages to one person in so many days; and what accounts decided."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from campana.domain.campaigns import Campaign, CampaignKind
from campana.domain.messages import MessageStatus
from campana.domain.preferences import Frequency, Preferences
from campana.domain.senders import Sender
from campana.engine.ports import Cap, Lease, Share, Store, Taken
from tests.conftest import OpenAgain
from tests.support.cast import (
    MORNING,
    TODAY,
    all_messages,
    counts_of,
    hold_lane,
    make_account,
    make_sender,
    phone_of,
    recount,
    running_campaign,
    settle,
    take,
    view_of,
)

WEEK = timedelta(days=7)
ONCE_A_WEEK = Cap(1, MORNING - WEEK, "enough")


async def taken_with(
    store: Store, lease: Lease, *campaigns: Campaign, cap: Cap | None = ONCE_A_WEEK, **changes: Any
) -> list[Taken]:
    shares = [Share(campaign.id, 0, 100, cap) for campaign in campaigns]
    options: dict[str, Any] = {"now": MORNING, "day": TODAY, "daily_limit": 1000} | changes
    return list(await store.take(lease, shares, **options))


async def sent(
    store: Store, sender: Sender, people: int, status: MessageStatus = MessageStatus.SENT, **changes: Any
) -> None:
    """A campaign to the first so many people that went out."""
    at = changes.pop("at", MORNING)
    campaign = await running_campaign(store, sender, people, **changes)
    lease = await hold_lane(store, sender)
    await settle(store, lease, await take(store, lease, campaign), status, at=at)
    await store.release(lease)


async def test_whoever_got_enough_is_skipped_with_the_reason_and_counted(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    await sent(store, sender, 3)
    campaign = await running_campaign(store, sender, 6)
    lease = await hold_lane(store, sender)
    assert [one.row for one in await taken_with(store, lease, campaign)] == [5, 6, 7]
    skipped = await all_messages(store, campaign, statuses=[MessageStatus.SKIPPED])
    assert [(one.row, one.error_code, one.error_reason) for one in skipped] == [
        (row, "frequency", "enough") for row in (2, 3, 4)
    ]
    counts = await counts_of(store, campaign)
    assert (counts.skipped, counts.sending, counts.pending) == (3, 3, 0)
    assert counts == await recount(store, campaign)
    assert (await view_of(store, campaign)).reserved == 3


async def test_a_share_is_filled_up_behind_those_skipped(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    await sent(store, sender, 4)
    campaign = await running_campaign(store, sender, 8)
    lease = await hold_lane(store, sender)
    share = Share(campaign.id, 0, 3, ONCE_A_WEEK)
    found = await store.take(lease, [share], now=MORNING, day=TODAY, daily_limit=1000)
    assert [one.row for one in found] == [6, 7, 8]


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        (MessageStatus.SENT, True),
        (MessageStatus.UNKNOWN, True),
        (MessageStatus.FAILED, False),
        (MessageStatus.PENDING, False),
    ],
)
async def test_what_went_out_or_may_have_counts(store: Store, status: MessageStatus, counts: bool) -> None:
    sender = await make_sender(store, await make_account(store))
    await sent(store, sender, 1, status)
    campaign = await running_campaign(store, sender, 1)
    assert bool(await taken_with(store, await hold_lane(store, sender), campaign)) is not counts


async def test_days_and_numbers_are_kept_to(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    await sent(store, sender, 1, at=MORNING - timedelta(days=6))
    await sent(store, sender, 1, at=MORNING - timedelta(days=2))
    account, phones = sender.account_id, [phone_of(2), phone_of(3)]

    async def over(messages: int, days: int) -> bool:
        found = await store.over_cap(account, Cap(messages, MORNING - timedelta(days=days), ""), phones)
        assert found <= {phone_of(2)}
        return bool(found)

    assert [await over(1, 1), await over(1, 2), await over(2, 5), await over(2, 6), await over(3, 90)] == [
        *(False, True, False, True, False)
    ]


async def test_tests_and_other_accounts_do_not_count(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    await sent(store, sender, 1, kind=CampaignKind.TEST)
    await sent(store, await make_sender(store, await make_account(store, "Elsewhere")), 1)
    assert await store.over_cap(account.id, ONCE_A_WEEK, [phone_of(2)]) == frozenset()
    assert await store.over_cap(account.id, ONCE_A_WEEK, []) == frozenset()
    await sent(store, await make_sender(store, account, "Other"), 1)
    assert await store.over_cap(account.id, ONCE_A_WEEK, [phone_of(2)]) == {phone_of(2)}, "of any sender"


async def test_what_is_on_its_way_counts_in_the_same_round_too(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    one, two = await running_campaign(store, sender, 4), await running_campaign(store, sender, 6)
    taken = await taken_with(store, await hold_lane(store, sender), one, two)
    assert sorted(each.recipient.phone for each in taken) == [phone_of(row) for row in range(2, 8)]
    assert (await counts_of(store, two)).skipped == 4


async def test_two_lanes_of_an_account_do_not_overlook_each_other(
    store: Store, open_again: OpenAgain
) -> None:
    account = await make_account(store)
    senders = [await make_sender(store, account, name) for name in ("One", "Two")]
    stores = [store, await open_again()]
    leases = [await hold_lane(store, sender) for sender in senders]
    for _ in range(5):
        campaigns = [await running_campaign(store, sender, 30) for sender in senders]
        cap = replace(ONCE_A_WEEK, messages=1 + (await _most(store, account.id)))
        rounds = await asyncio.gather(
            *(taken_with(*each, cap=cap) for each in zip(stores, leases, campaigns, strict=True))
        )
        phones = [one.recipient.phone for part in rounds for one in part]
        assert len(phones) == len(set(phones)) == 30
        for lease, part in zip(leases, rounds, strict=True):
            await settle(store, lease, part)


async def _most(store: Store, account_id: Any) -> int:
    """How many messages the first person has by now."""
    number = 0
    while await store.over_cap(account_id, replace(ONCE_A_WEEK, messages=number + 1), [phone_of(2)]):
        number += 1
    return number


async def test_preferences_are_kept_and_lanes_see_the_cap(store: Store) -> None:
    account, other = await make_account(store), await make_account(store, "Elsewhere")
    sender = await make_sender(store, account)

    async def seen() -> Frequency | None:
        view = await store.lane_view(sender.id, now=MORNING, day=TODAY)
        assert view is not None
        return view.frequency

    assert await store.preferences(account.id) == Preferences()
    assert await seen() is None
    wanted = Preferences(("no gracias", "नहीं"), ("sí",), Frequency(2, 7), 0)
    await store.save_preferences(account.id, wanted)
    assert await store.preferences(account.id) == wanted
    assert await seen() == Frequency(2, 7)
    await store.save_preferences(account.id, replace(wanted, frequency=None, stop_words=()))
    assert await store.preferences(account.id) == replace(wanted, frequency=None, stop_words=())
    assert await store.preferences(other.id) == Preferences()
