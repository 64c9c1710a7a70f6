"""Where everything is kept. Implements the engine's ports; knows no HTTP, no provider, no policy."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol, cast

from campana.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from campana.engine.ports import Store
    from campana.stores.upgrades import Outlook

__all__ = ["open_store", "outlook", "ready_store", "upgrade", "version"]

_MONGODB = ("mongodb://", "mongodb+srv://")


class _Kind(Protocol):
    """What each kind of store has to begin with."""

    upgrade: Callable[[str], Awaitable[None]]
    version: Callable[[str], Awaitable[str | None]]
    outlook: "Callable[[str], Awaitable[Outlook]]"


async def open_store(url: str) -> "Store":
    """The store at `sqlite:///file`, a bare path, `postgresql://…` or `mongodb://…`. Does not migrate.

    Raises StoreUnavailable when the database cannot be asked or lacks migrations, with what to do;
    ConfigurationError for a URL that names no such store.
    """
    if url.startswith(_MONGODB):
        from campana.stores.mongo import store as mongo  # noqa: PLC0415 - who has no MongoDB loads no driver

        return cast("Store", await mongo.open_store(url))
    from campana.stores.sql import store as sql  # noqa: PLC0415 - nor the other way round

    return await sql.open_store(url)


async def ready_store(url: str) -> "Store":
    """The store there; an empty database gets its tables. Raises StoreUnavailable, ConfigurationError."""
    try:
        return await open_store(url)
    except StoreUnavailable:
        if await version(url) is not None:
            raise
    await upgrade(url)
    return await open_store(url)


async def upgrade(url: str) -> None:
    """Bring the database at `url` to this version's form; makes a SQLite file where there is none."""
    await _kind(url).upgrade(url)


async def version(url: str) -> str | None:
    """The version the database at `url` is at; None for an empty one."""
    return await _kind(url).version(url)


async def outlook(url: str) -> "Outlook":
    """What `upgrade` would do to the database at `url`, and to what works with it."""
    return await _kind(url).outlook(url)


def _kind(url: str) -> _Kind:
    if url.startswith(_MONGODB):
        from campana.stores.mongo import store as mongo  # noqa: PLC0415

        return cast("_Kind", mongo)
    from campana.stores.sql import store as sql  # noqa: PLC0415

    return cast("_Kind", sql)
