"""Fresh databases for tests, migrated once and copied for each: one maker for each kind of store.

A new kind of store is added here, and every test that asks for `store` or `store_url` runs on it as well.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from campana.stores import upgrade
from tests.support.mongodb import MongoMissing, MongoServer
from tests.support.postgres import Cluster, PostgresMissing, in_a_thread

FreshUrl = Callable[[], AbstractContextManager[str]]


def sqlite_maker(folder: Path) -> FreshUrl:
    """Databases that are files."""
    template = folder / "template.sqlite3"
    in_a_thread(upgrade(f"sqlite:///{template}"))
    numbers = iter(range(1, 1_000_000))

    @contextmanager
    def fresh() -> Iterator[str]:
        path = folder / f"{next(numbers)}.sqlite3"
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)

    return fresh


def postgresql_maker(cluster: Cluster) -> FreshUrl:
    """Databases of a server that runs."""
    template = cluster.create_database()
    in_a_thread(upgrade(cluster.url(template)))

    @contextmanager
    def fresh() -> Iterator[str]:
        name = cluster.create_database(template=template)
        try:
            yield cluster.url(name)
        finally:
            cluster.drop_database(name)

    return fresh


def mongodb_maker(server: MongoServer) -> FreshUrl:
    """Databases of a server that speaks MongoDB's protocol. Making one takes longer than emptying it, so they
    are used again; the server's end is theirs."""
    empty: list[str] = []

    @contextmanager
    def fresh() -> Iterator[str]:
        name = empty.pop() if empty else server.new_name()
        in_a_thread(upgrade(server.url(name)))
        yield server.url(name)
        server.empty(name)
        empty.append(name)

    return fresh


@contextmanager
def running_mongodb(address: str = "127.0.0.1") -> Iterator[MongoServer]:
    """A server for as long as the block lasts; one of our own listens on that address. Where there is none
    the test is skipped, in CI it fails."""
    try:
        server = MongoServer(address)
    except MongoMissing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    try:
        server.start()
        yield server
    finally:
        server.destroy()


@contextmanager
def running_cluster(*, fsync: bool = True, address: str = "") -> Iterator[Cluster]:
    """A server for as long as the block lasts; on a socket, and on that address where one is given. Without
    PostgreSQL the test is skipped, in CI it fails."""
    try:
        cluster = Cluster(fsync=fsync, address=address)
    except PostgresMissing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.destroy()
