"""Migrations make exactly the tables the code works with, from nothing, once, whoever asks for it."""

import asyncio
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from campana.domain.errors import StoreUnavailable
from campana.domain.messages import MessageStatus
from campana.stores import open_store, upgrade
from campana.stores.sql import migrations
from campana.stores.sql.schema import metadata
from campana.stores.sql.urls import driver_url
from tests.support.cast import (
    MORNING,
    hold_lane,
    make_account,
    make_sender,
    running_campaign,
    settle,
    take,
    told,
    wamid,
)
from tests.support.postgres import Cluster


def test_the_head_is_the_newest_file() -> None:
    assert migrations.head() == migrations.HEAD


async def test_a_migrated_database_has_the_tables_of_the_code(store_url: str) -> None:
    differences: list[object] = []

    def compare(connection: Connection) -> None:
        differences.extend(compare_metadata(MigrationContext.configure(connection), metadata))

    await _with_connection(store_url, compare)
    assert differences == []


async def test_the_checks_of_the_code_are_those_of_the_database(store_url: str) -> None:
    """Alembic does not compare CHECK constraints."""
    found: list[str] = []

    def look(connection: Connection) -> None:
        query = "SELECT conname FROM pg_constraint WHERE contype = 'c'"
        if connection.dialect.name == "sqlite":
            query = "SELECT sql FROM sqlite_master WHERE type = 'table'"
        found.extend(connection.execute(text(query)).scalars())

    await _with_connection(store_url, look)
    tables = metadata.tables.values()
    every = (one for table in tables for one in table.constraints if isinstance(one, CheckConstraint))
    names = [str(one.name) for one in every]
    assert len(names) == 9
    assert all(name in " ".join(found) for name in names)


async def test_a_store_without_tables_says_what_to_do(tmp_path: Path, postgres_server: Cluster) -> None:
    empty = tmp_path / "empty.sqlite3"
    create_engine(f"sqlite:///{empty}").connect().close()
    name = postgres_server.create_database()
    for url in (f"sqlite:///{tmp_path / 'none.sqlite3'}", str(empty), postgres_server.url(name)):
        with pytest.raises(StoreUnavailable, match="run `campana db upgrade`"):
            await open_store(url)
    assert not (tmp_path / "none.sqlite3").exists(), "a mistyped path makes no database"
    postgres_server.drop_database(name)


@pytest.mark.parametrize(("version", "words"), [("0001", "needs"), ("9999", "newer than this Campana")])
async def test_a_store_of_another_version_says_so(store_url: str, version: str, words: str) -> None:
    def pretend(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
        connection.commit()

    await _with_connection(store_url, pretend)
    with pytest.raises(StoreUnavailable, match=words):
        await open_store(store_url)


async def test_upgrading_again_and_at_once_is_harmless(tmp_path: Path, postgres_server: Cluster) -> None:
    name = postgres_server.create_database()
    for url in (f"sqlite:///{tmp_path / 'deep' / 'er' / 'new.sqlite3'}", postgres_server.url(name)):
        assert await asyncio.gather(*(upgrade(url) for _ in range(4))) == [None] * 4
        await upgrade(url)
        assert await migrations.current(driver_url(url)) == migrations.HEAD
        await (await open_store(url)).close()
    postgres_server.drop_database(name)


async def test_what_was_accepted_before_reports_came_is_counted(store_url: str) -> None:
    store = await open_store(store_url)
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 4)
    lease = await hold_lane(store, sender)
    taken = await take(store, lease, campaign)
    await settle(store, lease, taken[:3], at=MORNING)
    await settle(store, lease, taken[3:], MessageStatus.FAILED)
    await told(store, sender, wamid(campaign.id, taken[0].row), MessageStatus.READ)
    before = await store.timeline(campaign.id)
    assert [one.accepted.total for one in before] == [3]
    filling = import_module("campana.stores.sql.migrations.versions.0012_reports").filling

    def count_anew(connection: Connection) -> None:
        connection.execute(text("DELETE FROM accepted_quarters"))
        connection.execute(text(filling(connection.dialect.name)))
        connection.commit()

    await _with_connection(store_url, count_anew)
    assert await store.timeline(campaign.id) == before
    await store.close()


async def _with_connection(url: str, work: object) -> None:
    assert callable(work)
    if url.startswith("sqlite"):
        with create_engine(url).connect() as connection:
            work(connection)
        return
    engine = create_async_engine(driver_url(url))
    async with engine.connect() as connection:
        await connection.run_sync(work)
    await engine.dispose()
