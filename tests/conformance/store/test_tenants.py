"""Accounts as their installation looks after them: changed one after the other, counted, told apart."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from campana.domain.accounts import Account
from campana.domain.campaigns import CampaignKind, CampaignStatus
from campana.domain.errors import Conflict
from campana.engine.ports import Store
from tests.support.cast import (
    MORNING,
    TODAY,
    TOMORROW,
    hold_lane,
    make_account,
    make_campaign,
    make_list,
    make_sender,
    make_user,
    running_campaign,
    settle,
    take,
)

_S = CampaignStatus


async def test_an_account_is_kept_as_it_was_changed(store: Store) -> None:
    account = await make_account(store)
    changed = replace(
        account,
        name="New Shop",
        rate_limit_per_s=7.5,
        daily_limit=50,
        suspended_at=MORNING,
        suspension_reason="unpaid",
        admin_access_until=MORNING + timedelta(hours=1),
    )
    assert await store.change_account(account.id, lambda _: changed) == changed
    assert await store.account(account.id) == changed
    assert await store.account_named("new shop") == changed
    assert await store.change_account(uuid4(), lambda there: there) is None
    assert await store.account(uuid4()) is None


async def test_a_name_that_is_taken_is_refused(store: Store) -> None:
    account, other = await make_account(store), await make_account(store, "Bakery")
    with pytest.raises(Conflict):
        await store.change_account(account.id, lambda there: replace(there, name="BAKERY"))
    assert await store.accounts() == [other, account] or await store.accounts() == [account, other]


async def test_of_changes_at_once_each_sees_the_one_before(store: Store) -> None:
    account = await make_account(store)

    def one_more(there: Account) -> Account:
        return replace(there, daily_limit=(there.daily_limit or 0) + 1)

    await asyncio.gather(*(store.change_account(account.id, one_more) for _ in range(8)))
    kept = await store.account(account.id)
    assert kept is not None
    assert kept.daily_limit == 8


async def test_users_know_whether_their_account_is_suspended(store: Store) -> None:
    account = await make_account(store)
    user = await make_user(store, account)
    assert not user.suspended
    await store.change_account(account.id, lambda there: replace(there, suspended_at=MORNING))
    suspended = replace(user, suspended=True)
    assert await store.user(user.id) == suspended
    assert await store.user_by_email(user.email) == suspended
    assert await store.users(account.id) == [suspended]


async def test_active_are_those_that_send_or_will(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    stranger = await make_sender(store, await make_account(store, "Bakery"))
    people = await make_list(store, sender, 3)
    scheduled = await make_campaign(store, sender, people)
    test = await make_campaign(store, sender, people, kind=CampaignKind.TEST)
    await make_campaign(store, sender, people, status=_S.DRAFT, scheduled_at=None)
    running = await running_campaign(store, sender, 3)
    paused = await running_campaign(store, sender, 3)
    await store.move(paused.id, _S.PAUSED, origins=[_S.PROCESSING], at=MORNING)
    await running_campaign(store, stranger, 3)
    found = await store.active_campaigns(account.id)
    assert {one.id: one.status for one in found} == {
        scheduled.id: _S.SCHEDULED,
        test.id: _S.SCHEDULED,
        running.id: _S.PROCESSING,
    }


async def test_usage_counts_days_and_things_of_the_account_alone(store: Store) -> None:
    account = await make_account(store)
    await make_user(store, account)
    for name in ("Main", "Other"):
        sender = await make_sender(store, account, name)
        campaign = await running_campaign(store, sender, 4)
        lease = await hold_lane(store, sender)
        await settle(store, lease, await take(store, lease, campaign, limit=3))
    stranger = await make_sender(store, await make_account(store, "Bakery"))
    await running_campaign(store, stranger, 3)
    usage = await store.account_usage(account.id, TODAY)
    assert usage.messages == {TODAY: 6}
    assert (usage.senders, usage.users) == (2, 1)
    assert usage.campaigns == dict.fromkeys(_S, 0) | {_S.PROCESSING: 2}
    assert (await store.account_usage(account.id, TOMORROW)).messages == {}


async def test_a_lane_sees_its_account(store: Store) -> None:
    account = await make_account(store)
    sender = await make_sender(store, account)
    await running_campaign(store, sender, 3)
    changed = await store.change_account(account.id, lambda there: replace(there, daily_limit=5))
    view = await store.lane_view(sender.id, now=MORNING, day=TODAY)
    assert view is not None
    assert (view.account, view.sender) == (changed, sender)
