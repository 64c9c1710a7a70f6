"""What 0.1.0 left behind, in today's version: its database upgraded, its backup restored.

Both were made by running it: campaigns and messages in every state, a sender in the middle of its work,
somebody who wants nothing, a user with a key, an invitation, receipts that found no message, an endpoint, the
audit trail.
"""

import gzip
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, insert, inspect, select

from campana.bootstrap import built
from campana.config import Settings
from campana.domain.campaigns import CampaignStatus
from campana.engine.moving.caution import Caution
from campana.engine.moving.restore import Backup, restore
from campana.simulator import SimulatorConfig, in_thread
from campana.stores import open_store, upgrade
from campana.stores.sql import migrations
from campana.stores.sql.schema import metadata
from campana.stores.sql.urls import driver_url
from tests.support.cast import recount
from tests.support.postgres import Cluster
from tests.support.product import Product
from tests.support.stores import FreshUrl

RELEASE = Path(__file__).parent / "releases/0.1.0"
KEY = "only-for-tests-" * 3
MESSAGES = 72
WAITED = 14
RELEASE_VERSION = "0014"
"""its newest migration"""

Rows = list[tuple[object, ...]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A SQLite file as 0.1.0 left it when it was killed in the middle of a campaign."""
    path = tmp_path / "campana.sqlite3"
    with gzip.open(RELEASE / "campana.sql.gz", "rt") as text, closing(sqlite3.connect(path)) as connection:
        connection.executescript(text.read())
    return path


async def test_its_database_is_upgraded_with_all_that_is_in_it(file: Path) -> None:
    before = _content(file)
    await upgrade(str(file))
    after = _content(file)
    assert sum(map(len, before.values())) > 200
    assert {name for name, rows in before.items() if _cut(after[name], rows) != rows} == {"alembic_version"}
    await (await open_store(str(file))).close()


async def test_its_data_are_upgraded_on_postgresql_with_nothing_changed(
    file: Path, postgres_server: Cluster
) -> None:
    held = _typed_content(file)
    name = postgres_server.create_database()
    url = postgres_server.url(name)
    await migrations._run(driver_url(url), lambda connection: _filled(connection, held))
    await upgrade(url)
    found: dict[str, Rows] = {}
    await migrations._run(driver_url(url), lambda connection: found.update(_typed_rows(connection, held)))
    assert sum(len(rows) for _, rows in held.values()) > 200
    assert found == {table: rows for table, (_, rows) in held.items()}
    await (await open_store(url)).close()
    postgres_server.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
async def left(file: Path, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The database as 0.1.0 left it, of each kind."""
    if request.param == "sqlite":
        yield str(file)
        return
    cluster: Cluster = request.getfixturevalue("postgres_server")
    name = cluster.create_database()
    held = _typed_content(file)
    await migrations._run(driver_url(cluster.url(name)), lambda connection: _filled(connection, held))
    yield cluster.url(name)
    cluster.drop_database(name)


@pytest.mark.faults
async def test_a_campaign_it_had_begun_goes_on_and_nobody_gets_it_twice(left: str, tmp_path: Path) -> None:
    with in_thread(SimulatorConfig(latency_ms=5, jitter_ms=0)) as simulator:
        settings = {"DATABASE_URL": left, "BIZCHAT_BASE_URL": simulator.base_url, "SECRET_KEY": KEY}
        product = Product(tmp_path, settings)
        try:
            await upgrade(left)
            values = {name.lower(): value for name, value in settings.items()}
            async with built(Settings(_env_file=None, data_dir=tmp_path, **values)) as campana:
                accounts = campana.services.accounts
                product.key = (await accounts.create_api_key("olga@shop.test", "x")).key
            await product.start()
            campaigns = (await product.call("GET", "/campaigns?q=Running"))["items"]
            await product.call(
                "PATCH", f"/senders/{campaigns[0]['sender_id']}", json={"rate_limit_per_s": 50}
            )
            ended = await product.ended(campaigns[0]["id"])
            assert (ended["status"], ended["counts"]["pending"]) == ("COMPLETED", 0)
        finally:
            await product.close()
        sent_to = [entry.phone.lstrip("+") for entry in simulator.ledger.entries if entry.sent]
    assert len(set(sent_to)) == len(sent_to) == WAITED
    assert ended["counts"]["unknown"] >= 1, "what it had on its way when it was killed is not sent again"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", pytest.param("mongodb", marks=pytest.mark.mongodb)])
async def test_its_backup_is_restored(kind: str, request: pytest.FixtureRequest) -> None:
    fresh: FreshUrl = request.getfixturevalue(f"fresh_{kind}")
    backup = Backup.opened(RELEASE / "backup.gz")
    made_at = backup.header.made_at
    with fresh() as url:
        store = await open_store(url)
        await restore(backup, store, Caution(made_at, made_at + timedelta(hours=1), idle_since=True))
        account = (await store.accounts())[0]
        views = (await store.campaigns(account.id, limit=50)).items
        assert len(views) == 7
        assert Counter(view.campaign.status for view in views)[CampaignStatus.PAUSED] == 3
        assert sum(view.counts.total for view in views) == MESSAGES
        for view in views:
            assert view.counts == await recount(store, view.campaign)
            assert view.campaign.archive is None
        await store.close()


def _content(file: Path) -> dict[str, Rows]:
    with closing(sqlite3.connect(file)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr) for (name,) in names}


def _cut(rows: Rows, before: Rows) -> Rows:
    """Without the columns that came later; they stand behind the others."""
    return [row[: len(before[0])] for row in rows]


Held = dict[str, tuple[list[str], Rows]]
"""Columns and rows by table, as the product's own types read them."""


def _typed_content(file: Path) -> Held:
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        look = inspect(connection)
        known = [table for table in look.get_table_names() if table in metadata.tables]
        held: Held = {table: ([one["name"] for one in look.get_columns(table)], []) for table in known}
        rows = _typed_rows(connection, held)
    engine.dispose()
    return {table: (columns, rows[table]) for table, (columns, _) in held.items()}


def _typed_rows(connection: Connection, held: Held) -> dict[str, Rows]:
    found = {}
    for name, (columns, _) in held.items():
        query = select(*(metadata.tables[name].c[column] for column in columns))
        found[name] = sorted((tuple(row) for row in connection.execute(query)), key=repr)
    return found


def _filled(connection: Connection, held: Held) -> None:
    """The tables of 0.1.0 with these rows."""
    config = migrations._config()
    config.attributes["connection"] = connection
    command.upgrade(config, RELEASE_VERSION)
    for table in metadata.sorted_tables:
        columns, rows = held.get(table.name, ([], []))
        if rows:
            connection.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
