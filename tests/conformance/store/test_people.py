"""Accounts, users and keys: kept as given, found by their owners, and no account is left without one."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from campana.domain.accounts import Role, Scope
from campana.domain.errors import Conflict, NotFound
from campana.domain.sign_in import Purpose, SecondFactor
from campana.engine.ports import Store
from tests.conftest import OpenAgain
from tests.support.cast import MORNING, make_account, make_api_key, make_link, make_session, make_user


async def test_an_account_is_found_by_its_name_in_any_case(store: Store) -> None:
    account = await make_account(store, "Zoë's Café")
    assert await store.account_named("ZOË'S CAFÉ") == account
    assert await store.account_named("zoe") is None
    with pytest.raises(Conflict):
        await make_account(store, "zoë's café")
    assert await store.accounts() == [account]


async def test_an_address_belongs_to_one_user(store: Store) -> None:
    account, other = await make_account(store), await make_account(store, "Elsewhere")
    alice = await make_user(store, account, "Alice@shop.test", password_hash="argon")
    victor = await make_user(
        store, other, "victor@shop.test", role=Role.VIEWER, admin=True, created_at=MORNING + timedelta(1)
    )
    assert await store.user_by_email("alice@SHOP.test") == alice
    assert await store.user_by_email("nobody@shop.test") is None
    with pytest.raises(Conflict):
        await make_user(store, other, "ALICE@SHOP.TEST")
    assert await store.users(account.id) == [alice]
    assert await store.users() == [victor, alice]


async def test_a_key_is_found_by_its_digest_with_its_user(store: Store) -> None:
    user = await make_user(store, await make_account(store))
    key = await make_api_key(store, user, "digest-1")
    await make_api_key(store, user, "digest-2")
    other = await make_api_key(store, user, "digest-3", name="other")
    assert await store.api_key("digest-1") == (key, user)
    assert await store.api_key("digest") is None
    assert await store.drop_api_keys(user.id, "scripts") == 2
    assert await store.drop_api_keys(user.id, "scripts") == 0
    assert await store.api_key("digest-1") is None
    assert await store.api_key("digest-3") == (other, user)


async def test_a_user_is_found_by_its_id_with_the_password_it_has_now(store: Store) -> None:
    alice = await make_user(store, await make_account(store))
    await store.set_password(alice.id, "argon")
    found = await store.user(alice.id)
    assert found == replace(alice, password_hash="argon")
    assert await store.user(uuid4()) is None
    with pytest.raises(NotFound):
        await store.set_password(uuid4(), "argon")


async def test_a_role_is_changed_within_the_account_alone(store: Store) -> None:
    account, other = await make_account(store), await make_account(store, "Elsewhere")
    await make_user(store, account)
    victor = await make_user(store, account, "victor@shop.test", role=Role.VIEWER)
    await store.set_role(account.id, victor.id, Role.OPERATOR)
    found = await store.user(victor.id)
    assert found is not None
    assert found.role is Role.OPERATOR
    for account_id, user_id in ((other.id, victor.id), (account.id, uuid4())):
        with pytest.raises(NotFound):
            await store.set_role(account_id, user_id, Role.OWNER)
        with pytest.raises(NotFound):
            await store.drop_user(account_id, user_id)


async def test_the_last_owner_stays_one(store: Store) -> None:
    account = await make_account(store)
    alice = await make_user(store, account)
    await make_user(store, await make_account(store, "Elsewhere"), "bob@bakery.test")
    await make_user(store, account, "olga@shop.test", role=Role.OPERATOR)
    await store.set_role(account.id, alice.id, Role.OWNER)
    with pytest.raises(Conflict):
        await store.set_role(account.id, alice.id, Role.OPERATOR)
    with pytest.raises(Conflict):
        await store.drop_user(account.id, alice.id)
    await make_user(store, account, "anna@shop.test")
    await store.drop_user(account.id, alice.id)
    assert await store.user(alice.id) is None


async def test_two_owners_cannot_remove_each_other_at_once(store: Store, open_again: OpenAgain) -> None:
    account = await make_account(store)
    owners = [await make_user(store, account, f"{name}@shop.test") for name in ("alice", "anna")]
    stores = (store, await open_again())
    work = (one.drop_user(account.id, owner.id) for one, owner in zip(stores, owners, strict=True))
    results = await asyncio.gather(*work, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType"]
    assert len(await store.users(account.id)) == 1


async def test_whoever_is_removed_takes_everything_along(store: Store) -> None:
    account = await make_account(store)
    await make_user(store, account)
    olga = await make_user(store, account, "olga@shop.test", role=Role.OPERATOR)
    await make_api_key(store, olga, "key")
    await make_session(store, olga, "session")
    await make_link(store, Purpose.RESET, "link", user_id=olga.id)
    await store.save_second_factor(SecondFactor(olga.id, "sealed"), ["code"])
    await store.drop_user(account.id, olga.id)
    assert await store.api_key("key") is None
    assert await store.session("session") is None
    assert await store.link("link", Purpose.RESET) is None
    assert await store.second_factor(olga.id) is None


async def test_a_key_has_scopes_an_end_and_a_last_use(store: Store) -> None:
    account, other = await make_account(store), await make_account(store, "Elsewhere")
    user = await make_user(store, account)
    ends = MORNING + timedelta(30)
    plain = await make_api_key(store, user, "all")
    narrow = await make_api_key(
        *(store, user, "narrow"),
        scopes=frozenset({Scope.READ}),
        expires_at=ends,
        created_at=MORNING + timedelta(1),
    )
    await store.api_key_used(narrow.id, MORNING + timedelta(2))
    narrow = replace(narrow, last_used_at=MORNING + timedelta(2))
    assert await store.api_key("narrow") == (narrow, user)
    assert await store.api_keys(account.id) == [(narrow, user), (plain, user)]
    assert await store.api_keys(other.id) == []
    assert not await store.drop_api_key(other.id, plain.id)
    assert await store.drop_api_key(account.id, plain.id)
    assert not await store.drop_api_key(account.id, plain.id)
    assert await store.api_keys(account.id) == [(narrow, user)]
