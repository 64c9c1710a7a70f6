"""Which versions of the database a process starts on, and goes on with."""

import pytest

from campana.domain.errors import StoreUnavailable, TooOld
from campana.stores import open_store, upgrade
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
