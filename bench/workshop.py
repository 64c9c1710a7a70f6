"""What the parts of the bench share: a folder, a sink, a PostgreSQL server, large campaigns."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import asyncpg

from bench.gauges import cpu_s, family_cpu_s
from bench.million import Million
from bench.sinks import Sink, sink
from bench.site import Site, site
from tests.support.postgres import Cluster, PostgresMissing

MILLION = 1_000_000

T = TypeVar("T")


class Workshop:
    """Everything in it ends with the block. `quick` makes all sizes small."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self.folder = folder
        self.quick = quick
        self.sink: Sink
        self.postgres_version: str | None = None
        self._cluster: Cluster | None = None
        self._millions: dict[str, Million] = {}
        self._stack = AsyncExitStack()
        self._made = 0

    async def __aenter__(self) -> Self:
        try:
            self.sink = await self._stack.enter_async_context(sink())
            await self._start_postgres()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def databases(self) -> tuple[str, ...]:
        """The stores to measure."""
        return ("SQLite", "PostgreSQL") if self._cluster else ("SQLite",)

    def size(self, full: T, *, quick: T) -> T:
        """The size to measure with."""
        return quick if self.quick else full

    @contextlib.asynccontextmanager
    async def site(self, database: str, *, sink_url: str | None = None) -> AsyncIterator[Site]:
        """A new installation on a new, empty database, wired to a sink (the shared one by default)."""
        async with AsyncExitStack() as stack:
            url = None
            if database == "PostgreSQL":
                url = await stack.enter_async_context(self._database())
            yield await stack.enter_async_context(
                site(self.folder, sink_url or self.sink.base_url, database_url=url)
            )

    async def million(self, database: str) -> Million:
        """The large campaign in that database, made when it is first asked for."""
        if database not in self._millions:
            made = await self._stack.enter_async_context(self.site(database))
            self._millions[database] = await Million.of(made, self.size(MILLION, quick=50_000))
        return self._millions[database]

    def others_cpu_s(self) -> dict[str, float]:
        """Processor seconds of the processes around the product so far."""
        used = {"sink": cpu_s(self.sink.pid)}
        if self._cluster is not None:
            used["PostgreSQL"] = family_cpu_s(self._cluster.pid)
        return used

    async def _start_postgres(self) -> None:
        """A server with Debian's own settings, durable; without its programs only SQLite is measured."""
        try:
            cluster = await asyncio.to_thread(Cluster)
        except PostgresMissing:
            return
        self._stack.push_async_callback(asyncio.to_thread, cluster.destroy)
        cluster.start()
        self._cluster, self.postgres_version = cluster, cluster.version

    @contextlib.asynccontextmanager
    async def _database(self) -> AsyncIterator[str]:
        """The URL of a new database, gone after the block."""
        cluster = self._cluster
        if cluster is None:
            raise RuntimeError("there is no PostgreSQL here")
        name = await asyncio.to_thread(cluster.create_database)
        try:
            yield cluster.url(name)
        finally:
            with contextlib.suppress(OSError, asyncpg.PostgresError):  # the server goes in the end anyway
                await asyncio.to_thread(cluster.drop_database, name)
