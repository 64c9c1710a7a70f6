"""The queue of marks to be set at the provider: each number once, the newest wish, tried until it is done."""

from datetime import datetime, timedelta

from campana.domain.accounts import Account
from campana.domain.recipients import Suppression, SuppressionSource
from campana.engine.ports import Store
from tests.conformance.store.test_suppressions import suppression
from tests.support.cast import MORNING, make_account, phone_of

LATER = MORNING + timedelta(minutes=1)


async def waiting(store: Store, now: datetime = MORNING) -> list[tuple[str, bool, int]]:
    return [(flag.phone, flag.opted_out, flag.attempts) for flag in await store.due_flags(now, limit=9)]


async def added(store: Store, account: Account, row: int) -> Suppression:
    one = suppression(account, row)
    await store.add_suppressions([one], flag=True)
    return one


async def test_only_what_is_asked_for_and_new_is_queued(store: Store) -> None:
    account = await make_account(store)
    await store.add_suppressions([suppression(account, 2)])
    assert await waiting(store) == []
    await store.add_suppressions([suppression(account, row) for row in (2, 3)], flag=True)
    assert await waiting(store) == [(phone_of(3), True, 0)]
    assert await waiting(store, MORNING - timedelta(seconds=1)) == []


async def test_a_mark_is_forgotten_when_it_is_set(store: Store) -> None:
    account = await make_account(store)
    await added(store, account, 2)
    (flag,) = await store.due_flags(MORNING, limit=9)
    assert flag.account_id == account.id
    assert await store.settle_flag(flag)
    assert not await store.settle_flag(flag)
    assert await waiting(store, LATER) == []


async def test_a_mark_that_was_not_taken_is_tried_again_later(store: Store) -> None:
    await added(store, await make_account(store), 2)
    (flag,) = await store.due_flags(MORNING, limit=9)
    assert await store.settle_flag(flag, retry_at=LATER)
    assert await waiting(store) == []
    assert await waiting(store, LATER) == [(phone_of(2), True, 1)]


async def test_a_newer_wish_is_not_forgotten_with_the_older_one(store: Store) -> None:
    account = await make_account(store)
    one = await added(store, account, 2)
    (flag,) = await store.due_flags(MORNING, limit=9)
    assert await store.drop_suppression(account.id, one.id, at=LATER)
    assert not await store.settle_flag(flag), "it was about the former wish"
    assert not await store.settle_flag(flag, retry_at=LATER)
    assert await waiting(store, LATER) == [(phone_of(2), False, 0)]


async def test_the_longest_due_come_first(store: Store) -> None:
    account = await make_account(store)
    for row, hours in ((2, 2), (3, 1), (4, 3)):
        at = MORNING + timedelta(hours=hours)
        await store.add_suppressions([suppression(account, row, created_at=at)], flag=True)
    flags = await store.due_flags(MORNING + timedelta(days=1), limit=2)
    assert [flag.phone for flag in flags] == [phone_of(3), phone_of(2)]


async def test_what_nobody_suppressed_is_not_taken_away(store: Store) -> None:
    account = await make_account(store)
    one = suppression(account, 2, source=SuppressionSource.IMPORT)
    assert not await store.drop_suppression(account.id, one.id, at=MORNING)
    assert await waiting(store) == []
