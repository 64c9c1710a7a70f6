"""A database that goes away is said to be away, and is found again when it is back."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from campana.domain.errors import InvalidInput, StoreUnavailable
from campana.domain.messages import Counts
from campana.engine.ports import Store
from campana.stores import open_store, upgrade
from campana.stores.sql.schema import suppressions
from campana.stores.sql.store import SqlStore
from tests.support.cast import (
    MORNING,
    TODAY,
    all_messages,
    counts_of,
    hold_lane,
    make_account,
    make_sender,
    outcome,
    recount,
    running_campaign,
    take,
)
from tests.support.postgres import Cluster
from tests.support.stores import FreshUrl


@pytest.mark.postgres
@pytest.mark.faults
@pytest.mark.parametrize("crash", [False, True])
async def test_a_server_that_was_down_is_found_again(postgres: Cluster, crash: bool) -> None:
    url = postgres.url()
    await upgrade(url)
    store = await open_store(url)
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 5)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign, limit=3)
    postgres.stop(crash=crash)
    for ask in (store.ping, store.accounts, lambda: take(store, lease, campaign)):
        with pytest.raises(StoreUnavailable):
            await ask()
    postgres.start()
    await store.ping()
    assert await store.renew(lease, ttl_s=60)
    outcomes = [outcome(one, "SENT") for one in taken]
    assert await store.settle(lease, outcomes, day=TODAY) == 3
    assert await counts_of(store, campaign) == Counts(pending=2, sent=3) == await recount(store, campaign)
    await store.close()


@pytest.mark.postgres
@pytest.mark.faults
async def test_what_was_under_way_when_the_server_went_is_all_or_nothing(postgres: Cluster) -> None:
    url = postgres.url()
    await upgrade(url)
    store = await open_store(url)
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 400)
    lease = await hold_lane(store, sender)

    async def work() -> None:
        while taken := await take(store, lease, campaign, limit=5):
            await store.settle(lease, [outcome(one, "SENT") for one in taken], day=TODAY)

    working = asyncio.create_task(work())
    while (await counts_of(store, campaign)).sent < 50:
        pass
    await asyncio.to_thread(postgres.restart, crash=True)
    with pytest.raises(StoreUnavailable):
        await working
    counts = await counts_of(store, campaign)
    assert counts == await recount(store, campaign)
    assert counts.sending <= 5
    assert (await store.usage(sender.id, TODAY))[0] == counts.sent
    again = await store.acquire(sender.id, "next", ttl_s=60, day=TODAY)
    assert again is None, "the lease outlives the server"
    await store.close()


async def test_nobody_there_is_said_plainly(fresh_postgresql: FreshUrl, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="does not answer"):
        await open_store("postgresql://u:secret@127.0.0.1:1/none")
    with fresh_postgresql() as url:
        with pytest.raises(StoreUnavailable, match="has no database of that name"):
            await open_store(url.replace("test_", "absent_"))
        with pytest.raises(StoreUnavailable, match="refused the user name"):
            await open_store(url.replace("campana@", "stranger@"))
    not_one = tmp_path / "picture.sqlite3"
    not_one.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreUnavailable):
        await open_store(str(not_one))


async def test_a_file_that_another_process_keeps_locked(fresh_sqlite: FreshUrl) -> None:
    with fresh_sqlite() as url:
        store = await open_store(url)
        account = await make_account(store)
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        reading = await store.accounts()
        writing = asyncio.create_task(make_sender(store, account))
        await asyncio.sleep(0.05)
        assert not writing.done(), "a writer waits for its turn"
        other.execute("COMMIT")
        other.close()
        await writing
        assert reading == [account]
        await store.close()


async def test_what_goes_wrong_names_no_values(store: SqlStore) -> None:
    """A driver's error may repeat what was to be written; phone numbers stay out of logs."""
    account = await make_account(store)
    broken = insert(suppressions).values(id=account.id, account_id=account.id, phone="+919800000002")
    with pytest.raises(IntegrityError) as refused:
        await store._database.change(broken)
    assert "hide_parameters" in str(refused.value)
    assert "+919800000002" not in str(refused.value).partition("DETAIL")[0]


async def test_a_cancelled_verb_leaves_the_store_usable(store: Store) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 50)
    lease = await hold_lane(store, sender)
    for _ in range(20):
        task = asyncio.create_task(take(store, lease, campaign, limit=1))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await take(store, lease, campaign, limit=1, now=MORNING)
    assert await counts_of(store, campaign) == await recount(store, campaign)
    assert len(await all_messages(store, campaign)) == 50


async def test_what_is_no_text_is_the_callers_mistake(store: Store, store_kind: str) -> None:
    account = await make_account(store)
    asked = (
        store.campaigns(account.id, limit=5, q="a\0b"),
        store.suppressions(account.id, limit=5, cursor="\0"),
    )
    for question in asked:
        if store_kind == "postgresql":
            with pytest.raises(InvalidInput):
                await question
        else:
            assert (await question).items == ()
