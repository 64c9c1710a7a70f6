"""What every test may ask for: a store on each database, fresh and migrated, and the servers behind them."""

import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial

import pytest
import structlog
from argon2 import PasswordHasher

from campana.engine.people import passwords
from campana.engine.ports import Store
from campana.stores import open_store
from tests.support import product
from tests.support.nursery import Nursery
from tests.support.postgres import Cluster
from tests.support.stores import (
    FreshUrl,
    mongodb_maker,
    postgresql_maker,
    running_cluster,
    running_mongodb,
    sqlite_maker,
)

OpenAgain = Callable[[], Awaitable[Store]]

SQL_KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
MONGO_KINDS = [pytest.param("mongodb", marks=pytest.mark.mongodb)]


def pytest_collection_finish() -> None:
    """What was collected stays for good: looking through it again and again took a fourteenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A test that sets up logs, or runs a command in this process, does so for itself alone."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    if logging.root.handlers != handlers:
        logging.basicConfig(handlers=handlers, level=level, force=True)


@pytest.fixture
def light_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords of this process are hashed with little work: each takes a sixth of a second otherwise."""
    light = partial(PasswordHasher, time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "PasswordHasher", light)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where processes of the product begin, for tests that start many."""
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture
def begun_in_a_nursery(nursery: Nursery, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the product's servers begin there."""
    monkeypatch.setattr(product, "spawn", nursery.spawn)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Cluster]:
    """A PostgreSQL server for this test process, without fsync: nothing here pulls its plug."""
    with running_cluster(fsync=False) as cluster:
        yield cluster


@pytest.fixture
def postgres() -> Iterator[Cluster]:
    """A durable PostgreSQL server of the test's own, to be stopped, started and crashed."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def fresh_sqlite(tmp_path_factory: pytest.TempPathFactory) -> FreshUrl:
    """Makes migrated SQLite databases."""
    return sqlite_maker(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def fresh_postgresql(postgres_server: Cluster) -> FreshUrl:
    """Makes migrated PostgreSQL databases."""
    return postgresql_maker(postgres_server)


@pytest.fixture(scope="session")
def fresh_mongodb() -> Iterator[FreshUrl]:
    """Makes MongoDB databases with collections and indexes."""
    with running_mongodb() as server:
        yield mongodb_maker(server)


@pytest.fixture(params=SQL_KINDS)
def store_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database; whoever asks for it, for `store` or for `store_url` runs on each."""
    return str(request.param)


@pytest.fixture
def store_url(store_kind: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh, migrated database of that kind."""
    fresh: FreshUrl = request.getfixturevalue(f"fresh_{store_kind}")
    with fresh() as url:
        yield url


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """A store on a fresh database."""
    opened = await open_store(store_url)
    yield opened
    await opened.close()


@pytest.fixture
async def open_again(store_url: str) -> AsyncIterator[OpenAgain]:
    """Opens the same database once more, as another process would."""
    opened: list[Store] = []

    async def again() -> Store:
        opened.append(await open_store(store_url))
        return opened[-1]

    yield again
    for one in opened:
        await one.close()


@pytest.fixture
async def sqlite_store(fresh_sqlite: FreshUrl) -> AsyncIterator[Store]:
    """A store on SQLite alone, for tests that are not about the store."""
    with fresh_sqlite() as url:
        opened = await open_store(url)
        yield opened
        await opened.close()
