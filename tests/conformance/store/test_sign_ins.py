"""Sessions, links, second factors and attempts: kept as given, spent once, forgotten in time."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from campana.domain.accounts import Role
from campana.domain.errors import NotFound
from campana.domain.sign_in import Purpose, SecondFactor
from campana.engine.ports import Store
from tests.conftest import OpenAgain
from tests.support.cast import MORNING, make_account, make_link, make_session, make_user

MINUTE = timedelta(minutes=1)
WAITS = (0, 0, 10, 20)
NEVER = MORNING - timedelta(days=365)


async def test_a_session_is_found_by_its_digest_with_its_user(store: Store) -> None:
    alice = await make_user(store, await make_account(store))
    session = await make_session(store, alice, "one")
    assert await store.session("one") == (session, alice)
    assert await store.session("two") is None
    with pytest.raises(NotFound):
        await make_session(store, replace(alice, id=uuid4()), "three")


async def test_sessions_come_last_seen_first_and_are_ended_by_their_user_alone(store: Store) -> None:
    account = await make_account(store)
    alice, olga = await make_user(store, account), await make_user(store, account, "olga@shop.test")
    first, second, third = [await make_session(store, alice, name) for name in ("one", "two", "three")]
    await store.session_seen(first.id, MORNING + 2 * MINUTE, "10.0.0.9")
    await store.session_seen(second.id, MORNING + MINUTE, second.address)
    first = replace(first, seen_at=MORNING + 2 * MINUTE, address="10.0.0.9")
    second = replace(second, seen_at=MORNING + MINUTE)
    assert await store.sessions(alice.id) == [first, second, third]
    assert await store.sessions(olga.id) == []
    assert not await store.drop_session(olga.id, first.id)
    assert await store.drop_session(alice.id, third.id)
    assert await store.drop_sessions(alice.id, but=second.id) == 1
    assert await store.sessions(alice.id) == [second]
    assert await store.drop_sessions(alice.id) == 1
    assert await store.session("two") is None


async def test_a_link_is_spent_once_for_its_purpose_and_in_time(store: Store, open_again: OpenAgain) -> None:
    alice = await make_user(store, await make_account(store))
    link = await make_link(store, Purpose.RESET, "link", user_id=alice.id)
    assert await store.link("link", Purpose.RESET) == link
    assert await store.link("link", Purpose.SECOND_STEP) is None
    assert await store.spend_link("link", Purpose.SECOND_STEP, MORNING) is None
    assert await store.spend_link("link", Purpose.RESET, link.expires_at) is None
    stores = [store, await open_again(), store]
    spent = await asyncio.gather(*(one.spend_link("link", Purpose.RESET, MORNING) for one in stores))
    assert [each for each in spent if each is not None] == [link]
    assert await store.link("link", Purpose.RESET) is None


async def test_invitations_belong_to_their_account(store: Store) -> None:
    account, other = await make_account(store), await make_account(store, "Elsewhere")
    told = {"account_id": account.id, "email": "new@shop.test", "role": Role.OPERATOR}
    first = await make_link(store, Purpose.INVITATION, "first", **told)
    second = await make_link(store, Purpose.INVITATION, "second", created_at=MORNING + MINUTE, **told)
    assert await store.links(account.id, Purpose.INVITATION) == [second, first]
    assert await store.links(other.id, Purpose.INVITATION) == []
    assert not await store.drop_link(other.id, first.id)
    assert await store.drop_link(account.id, first.id)
    assert await store.links(account.id, Purpose.INVITATION) == [second]
    with pytest.raises(NotFound):
        await make_link(store, Purpose.INVITATION, "third", account_id=uuid4())


async def test_links_are_dropped_by_purpose_and_user(store: Store) -> None:
    account = await make_account(store)
    alice, olga = await make_user(store, account), await make_user(store, account, "olga@shop.test")
    for digest, user in (("one", alice), ("two", alice), ("three", olga)):
        await make_link(store, Purpose.RESET, digest, user_id=user.id)
    await make_link(store, Purpose.SECOND_STEP, "four", user_id=alice.id)
    await make_link(store, Purpose.SET_UP, "five")
    assert await store.drop_links(Purpose.RESET, alice.id) == 2
    assert await store.drop_links(Purpose.SET_UP, None) == 1
    assert await store.link("three", Purpose.RESET) is not None
    assert await store.link("four", Purpose.SECOND_STEP) is not None
    assert await store.link("five", Purpose.SET_UP) is None


async def test_a_second_factor_is_replaced_with_its_codes(store: Store) -> None:
    alice = await make_user(store, await make_account(store))
    assert await store.second_factor(alice.id) is None
    await store.save_second_factor(SecondFactor(alice.id, "sealed 1"), ["a", "b"])
    await store.save_second_factor(SecondFactor(alice.id, "sealed 2", confirmed=True, last_step=7), ["c"])
    assert await store.second_factor(alice.id) == SecondFactor(
        alice.id, "sealed 2", confirmed=True, last_step=7
    )
    assert not await store.spend_recovery_code(alice.id, "a")
    assert await store.recovery_codes(alice.id) == 1
    assert await store.drop_second_factor(alice.id)
    assert not await store.drop_second_factor(alice.id)
    assert await store.recovery_codes(alice.id) == 0
    with pytest.raises(NotFound):
        await store.save_second_factor(SecondFactor(uuid4(), "sealed"), [])


async def test_a_code_is_good_once(store: Store, open_again: OpenAgain) -> None:
    alice = await make_user(store, await make_account(store))
    await store.save_second_factor(SecondFactor(alice.id, "sealed", confirmed=True, last_step=7), ["a", "b"])
    stores = [store, await open_again(), store]
    assert sorted(await asyncio.gather(*(one.spend_step(alice.id, 9) for one in stores))) == [
        False,
        False,
        True,
    ]
    assert not await store.spend_step(alice.id, 8), "older than one that was taken"
    assert not await store.spend_step(uuid4(), 10)
    spent = await asyncio.gather(*(one.spend_recovery_code(alice.id, "a") for one in stores))
    assert sorted(spent) == [False, False, True]
    assert await store.recovery_codes(alice.id) == 1


async def test_attempts_make_the_next_one_wait(store: Store) -> None:
    now = MORNING
    for wait in (0, 0, 10, 20, 20):
        assert await store.count_attempt("key", now, waits=WAITS, forget_before=NEVER) is None
        next_at = now + timedelta(seconds=wait)
        if wait:
            soon = next_at - timedelta(seconds=1)
            assert await store.count_attempt("key", soon, waits=WAITS, forget_before=NEVER) == next_at
        now = next_at
    assert await store.count_attempt("other", MORNING, waits=WAITS, forget_before=NEVER) is None


async def test_attempts_are_taken_back_or_forgotten(store: Store) -> None:
    async def tries(moment=MORNING, forget_before=NEVER):
        return await store.count_attempt("key", moment, waits=(0, 60), forget_before=forget_before)

    assert [await tries(), await tries()] == [None, None]
    assert await tries() is not None
    await store.forgive_attempt("key", all_of_them=False)
    assert await tries() is None
    assert await tries() is not None
    later = MORNING + timedelta(days=2)
    assert await tries(later, forget_before=later - timedelta(days=1)) is None
    assert await tries(later, forget_before=later - timedelta(days=1)) is None
    await store.forgive_attempt("key", all_of_them=True)
    assert [await tries(), await tries()] == [None, None]
    await store.forgive_attempt("unheard of", all_of_them=False)


async def test_of_attempts_at_once_each_is_counted(store: Store, open_again: OpenAgain) -> None:
    stores = [store, await open_again()] * 5
    work = (one.count_attempt("key", MORNING, waits=(0, 0, 60), forget_before=NEVER) for one in stores)
    answers = await asyncio.gather(*work)
    assert answers.count(None) == 3


async def test_what_has_expired_is_removed(store: Store) -> None:
    alice = await make_user(store, await make_account(store))
    session = await make_session(store, alice, "old", expires_at=MORNING + MINUTE)
    await make_session(store, alice, "new", expires_at=MORNING + 3 * MINUTE)
    await make_link(store, Purpose.RESET, "link", user_id=alice.id, expires_at=MORNING + MINUTE)
    await store.count_attempt("key", MORNING, waits=(60,), forget_before=NEVER)
    assert await store.drop_expired(MORNING, attempts_before=MORNING) == 0
    assert await store.drop_expired(session.expires_at, attempts_before=MORNING + MINUTE) == 3
    assert [each.digest for each in await store.sessions(alice.id)] == ["new"]
    assert await store.link("link", Purpose.RESET) is None
    assert await store.count_attempt("key", MORNING, waits=(60,), forget_before=NEVER) is None
