"""Which versions of the database a process starts on, and goes on with."""

import pytest

from campana.domain.errors import StoreUnavailable, TooOld
from campana.stores import open_store, outlook, upgrade
from campana.stores.mongo.database import Database
from campana.stores.mongo.migrations import HEAD, OLDEST, current, oldest


async def say(url: str, **values: str) -> None:
    database = Database(url)
    await database["meta"].change({"_id": "version"}, {"$set": values})
    await database.close()


async def test_an_upgrade_says_what_it_is_and_what_can_live_with_it(store_url: str) -> None:
    database = Database(store_url)
    assert (await current(database), await oldest(database)) == (HEAD, OLDEST)
    await database.close()


async def test_what_is_older_than_the_database_goes_on_until_it_is_said_to_be_too_old(store_url: str) -> None:
    running = await open_store(store_url)
    await say(store_url, version="9998")
    await running.ping()
    await (await open_store(store_url)).close()
    await upgrade(store_url)
    await say(store_url, version="9999", oldest="9999")
    for attempt in (running.ping, lambda: open_store(store_url)):
        with pytest.raises(TooOld, match="at version 9999, newer than this Campana can work with"):
            await attempt()
    await running.close()


async def test_a_database_of_an_older_version_says_what_to_do(store_url: str) -> None:
    await say(store_url, version="0001")
    with pytest.raises(StoreUnavailable, match="run `campana db upgrade`"):
        await open_store(store_url)


async def test_a_database_with_everything_in_it_is_upgraded_from_an_older_version(store_url: str) -> None:
    store = await open_store(store_url)
    await store.say_alive("somebody", rate=1, ttl_s=60)
    await store.close()
    await say(store_url, version="0001", oldest="0001")
    await upgrade(store_url)
    database = Database(store_url)
    assert (await current(database), await oldest(database)) == (HEAD, OLDEST)
    await database.close()
    store = await open_store(store_url)
    assert [each.owner for each in await store.workers()] == ["somebody"]
    await store.close()


async def test_an_upgrade_from_a_version_that_cannot_go_on_names_the_workers_that_live(
    store_url: str,
) -> None:
    store = await open_store(store_url)
    await store.say_alive("somebody", rate=1, ttl_s=60)
    await store.close()
    assert (await outlook(store_url)).breaks is False
    await say(store_url, version="0001")
    coming = await outlook(store_url)
    assert (coming.before, coming.after, coming.breaks) == ("0001", HEAD, True)
    assert [each.owner for each in coming.workers] == ["somebody"]
