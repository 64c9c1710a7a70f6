"""Migrations make exactly the tables the code works with, from nothing, once, whoever asks for it."""

import ast
import asyncio
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, create_engine, text

from campana.domain.errors import StoreUnavailable
from campana.domain.messages import MessageStatus
from campana.stores import open_store, upgrade
from campana.stores.sql import migrations
from campana.stores.sql.migrations.compatibility import own
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
from tests.support.versions import say, with_connection


def test_the_head_is_the_newest_file() -> None:
    assert migrations.head() == migrations.HEAD


async def test_a_migrated_database_has_the_tables_of_the_code(store_url: str) -> None:
    differences: list[object] = []

    def compare(connection: Connection) -> None:
        differences.extend(compare_metadata(MigrationContext.configure(connection), [metadata, own]))

    await with_connection(store_url, compare)
    assert differences == []


async def test_the_checks_of_the_code_are_those_of_the_database(store_url: str) -> None:
    """Alembic does not compare CHECK constraints."""
    found: list[str] = []

    def look(connection: Connection) -> None:
        query = "SELECT conname FROM pg_constraint WHERE contype = 'c'"
        if connection.dialect.name == "sqlite":
            query = "SELECT sql FROM sqlite_master WHERE type = 'table'"
        found.extend(connection.execute(text(query)).scalars())

    await with_connection(store_url, look)
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


async def test_a_store_of_an_older_version_says_so(store_url: str) -> None:
    await say(store_url, "UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(StoreUnavailable, match="run `campana db upgrade`"):
        await open_store(store_url)


async def test_what_is_older_than_the_database_goes_on_until_a_migration_says_it_cannot(
    store_url: str,
) -> None:
    running = await open_store(store_url)
    await say(store_url, "UPDATE alembic_version SET version_num = '9998'")
    await running.ping()
    await (await open_store(store_url)).close()
    await upgrade(store_url)
    await say(
        store_url, "UPDATE alembic_version SET version_num = '9999'; UPDATE compatibility SET oldest = '9999'"
    )
    for attempt in (running.ping, lambda: open_store(store_url)):
        with pytest.raises(StoreUnavailable, match="at version 9999, newer than this Campana can work with"):
            await attempt()
    await running.close()


def test_migrations_add_or_say_that_they_break() -> None:
    """Processes of the version before go on working while the new ones come."""
    folder = Path(str(migrations.__file__)).parent / "versions"
    for path in sorted(folder.glob("0*.py")):
        if path.name > "0015" and not _says_breaking(path.read_text()):
            assert _not_additive(path.read_text()) == [], f"{path.name}: add only, or say `breaking = True`"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('op.add_column("a", sa.Column("b", sa.Text()))', []),
        ('op.add_column("a", sa.Column("b", sa.Text(), nullable=False, server_default=""))', []),
        (
            'op.create_table("a", sa.Column("b", sa.Text(), nullable=False)); op.create_index("i", "a")',
            [],
        ),
        ('op.create_table("a"); op.create_index("i", "a", ["b"], unique=True)', []),
        ('op.create_index("i", "a", ["b"], unique=True)', ["create_index"]),
        ('op.add_column("a", sa.Column("b", sa.Text(), nullable=False))', ["add_column"]),
        ('op.drop_column("a", "b")', ["drop_column"]),
        ('op.execute("UPDATE a SET b = 1")', ["execute"]),
        ('with op.batch_alter_table("a") as batch: batch.drop_constraint("c")', ["batch_alter_table"]),
    ],
)
def test_what_adds_and_what_does_not(line: str, found: list[str]) -> None:
    assert _not_additive(line) == found


def _says_breaking(text: str) -> bool:
    assigned = [node for node in ast.parse(text).body if isinstance(node, ast.Assign)]
    return any(ast.unparse(node) == "breaking = True" for node in assigned)


def _not_additive(text: str) -> list[str]:
    """The operations that a process of the version before may not survive."""
    calls = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "op"
    ]
    new = [ast.unparse(node.args[0]) for node in calls if ast.unparse(node.func) == "op.create_table"]
    return [name for node in calls if not _adds(node, name := ast.unparse(node.func)[3:], new)]


def _adds(call: ast.Call, name: str, new: list[str]) -> bool:
    if name == "add_column":
        column = ast.unparse(call.args[1])
        return "nullable=False" not in column or "server_default=" in column
    if name == "create_index":
        return "unique=True" not in ast.unparse(call) or ast.unparse(call.args[1]) in new
    return name in ("create_table", "f")


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

    await with_connection(store_url, count_anew)
    assert await store.timeline(campaign.id) == before
    await store.close()
