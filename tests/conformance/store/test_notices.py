"""Addresses for notices: who has which, and what each was told."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from campana.domain.notices import NoticeAddress, Route, Told
from campana.engine.ports import Store
from tests.support.cast import MORNING, make_account


async def make_address(store: Store, account, **changes) -> NoticeAddress:
    address = NoticeAddress(
        uuid4(), account.id, Route.APPRISE, "tgram://…", whole=False, sealed="sealed", created_at=MORNING
    )
    address = replace(address, **changes)
    await store.add_notice_address(address)
    return address


async def test_an_account_has_its_own_the_oldest_first(store: Store) -> None:
    shop, bakery = await make_account(store), await make_account(store, "Bakery")
    late = await make_address(store, shop, created_at=MORNING + timedelta(minutes=1))
    early = await make_address(store, shop, route=Route.MAIL, label="ana@shop.test", whole=True)
    await make_address(store, bakery)
    assert await store.notice_addresses(shop.id) == [(early, Told()), (late, Told())]


async def test_what_an_address_was_told_is_kept_once(store: Store) -> None:
    account = await make_account(store)
    address = await make_address(store, account)
    first = Told("memory", MORNING, MORNING, "nobody answers")
    assert await store.keep_told(address.id, Told(), first)
    assert not await store.keep_told(address.id, Told(), Told("another"))
    assert await store.notice_addresses_on() == [(address, first)]
    second = Told("memory", MORNING + timedelta(minutes=5))
    assert await store.keep_told(address.id, first, second)
    assert await store.notice_addresses(account.id) == [(address, second)]


async def test_switched_off_it_is_told_nothing_and_on_again_it_begins_anew(store: Store) -> None:
    account = await make_account(store)
    address = await make_address(store, account, enabled=False, off_reason="restored")
    assert await store.notice_addresses_on() == []
    assert not await store.keep_told(address.id, Told(), Told("memory"))
    assert await store.switch_notice_address(account.id, address.id, enabled=True)
    on = replace(address, enabled=True, off_reason="")
    assert await store.notice_addresses_on() == [(on, Told())]
    assert await store.keep_told(address.id, Told(), Told("memory", MORNING, MORNING, "trouble"))
    assert await store.switch_notice_address(account.id, address.id, enabled=False)
    assert await store.notice_addresses(account.id) == [(replace(on, enabled=False), Told())]


async def test_nobody_reaches_anothers(store: Store) -> None:
    shop, bakery = await make_account(store), await make_account(store, "Bakery")
    address = await make_address(store, shop)
    assert not await store.switch_notice_address(bakery.id, address.id, enabled=False)
    assert not await store.drop_notice_address(bakery.id, address.id)
    assert await store.drop_notice_address(shop.id, address.id)
    assert not await store.drop_notice_address(shop.id, address.id)
    assert await store.notice_addresses(shop.id) == []
