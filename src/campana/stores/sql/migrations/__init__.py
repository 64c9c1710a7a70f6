"""Migrations, run by Alembic from inside the package: no file outside of it is needed."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from campana.domain.errors import StoreUnavailable
from campana.stores.sql.failures import translated
from campana.stores.sql.migrations.compatibility import state_oldest

HEAD = "0016"
"""The newest migration; a test compares it with the files."""

_ALONE = {
    "sqlite": ("PRAGMA busy_timeout = 30000", "PRAGMA journal_mode = WAL", "BEGIN IMMEDIATE"),
    "postgresql": ("SELECT pg_advisory_xact_lock(1130458480)",),
}
"""What makes an upgrade the only one among all processes on the database, until it is committed."""
_ONE_IN_A_PROCESS = threading.Lock()
"""Alembic keeps the migration under way in its module; two at once would get into each other's way."""


async def upgrade(url: URL) -> None:
    """Bring the database to HEAD; a newer one is left as it is. Several processes may call it at once; one
    works, the others find it done.

    Raises StoreUnavailable when the database cannot be asked or written.
    """
    if url.get_backend_name() == "sqlite":
        _make_folder(Path(url.database or ""))
    await _run(url, _upgrade)


async def current(url: URL) -> str | None:
    """The migration the database is at; None for an empty one."""
    found: list[str | None] = []
    await _run(url, lambda connection: found.append(_current(connection)))
    return found[0]


def oldest() -> str:
    """The oldest version whose processes can work with HEAD's tables: the newest that says `breaking`."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    revisions = list(ScriptDirectory.from_config(_config()).walk_revisions())
    breaking = (each for each in revisions if getattr(each.module, "breaking", False))
    return next(breaking, revisions[-1]).revision


def breaks(version: str | None) -> bool:
    """Whether what works with a database of that version cannot go on with HEAD's tables."""
    return version is not None and version < oldest()


def head() -> str:
    """The newest migration among the files."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - starting a server need not load Alembic

    return ScriptDirectory.from_config(_config()).get_current_head() or ""


async def _run(url: URL, work: Callable[[Connection], object]) -> None:
    with translated():
        await asyncio.to_thread(_run_alone, url, work)


def _run_alone(url: URL, work: Callable[[Connection], object]) -> None:
    with _ONE_IN_A_PROCESS:
        if url.get_backend_name() == "sqlite":
            _run_on_file(url, work)
        else:
            asyncio.run(_run_on_server(url, work))


def _run_on_file(url: URL, work: Callable[[Connection], object]) -> None:
    engine = create_engine(url, poolclass=NullPool, connect_args={"isolation_level": None})
    with engine.connect() as connection:
        _alone(connection, work)


async def _run_on_server(url: URL, work: Callable[[Connection], object]) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - SQLite does without it

    engine = create_async_engine(url, poolclass=NullPool, connect_args={"timeout": 5})
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_alone, work)
    finally:
        await engine.dispose()


def _alone(connection: Connection, work: Callable[[Connection], object]) -> None:
    for statement in _ALONE[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    work(connection)
    connection.commit()


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415

    if (_current(connection) or "") > HEAD:
        return
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    state_oldest(connection, oldest())


def _current(connection: Connection) -> str | None:
    from alembic.migration import MigrationContext  # noqa: PLC0415

    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Any:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(f"The folder {path.parent} cannot be made ({error.strerror})") from error
