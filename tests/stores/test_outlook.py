"""What an upgrade would do is told before it is done."""

import pytest

from campana.stores import open_store, outlook
from campana.stores.sql import migrations
from tests.support.versions import say


async def test_an_upgrade_that_adds_looks_at_nobody(store_url: str) -> None:
    await _with_a_worker(store_url)
    await say(store_url, "UPDATE alembic_version SET version_num = '0014'")
    coming = await outlook(store_url)
    assert (coming.before, coming.after) == ("0014", migrations.HEAD)
    assert (coming.breaks, coming.workers) == (False, ())


async def test_one_that_breaks_names_the_workers_that_live(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "oldest", lambda: migrations.HEAD)
    await _with_a_worker(store_url)
    assert not (await outlook(store_url)).breaks, "it is at that version already"
    await say(store_url, "UPDATE alembic_version SET version_num = '0014'")
    coming = await outlook(store_url)
    assert coming.breaks
    assert [each.owner for each in coming.workers] == ["somebody"]
    await say(store_url, "UPDATE workers SET expires_at = seen_at - 1")
    assert (await outlook(store_url)).workers == []


async def _with_a_worker(url: str) -> None:
    store = await open_store(url)
    await store.say_alive("somebody", rate=1, ttl_s=60)
    await store.close()
