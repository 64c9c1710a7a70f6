"""Whether the database can be asked, and is one that this version can work with."""

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from campana.domain.errors import StoreUnavailable, TooOld
from campana.stores.sql.database import Database
from campana.stores.sql.failures import UPGRADE
from campana.stores.sql.migrations import HEAD
from campana.stores.sql.migrations.compatibility import compatibility
from campana.stores.sql.part import Part

_VERSION = text("SELECT version_num FROM alembic_version")


class Health(Part):
    """See Catalog."""

    async def ping(self) -> None:
        await check_version(self._database)

    async def close(self) -> None:
        """Let go of connections."""
        await self._database.close()


async def check_version(database: Database) -> None:
    """Raises StoreUnavailable with what to do when this version cannot work with the database: it is older,
    or newer and says that it needs newer processes."""
    try:
        found = await database.row(_VERSION)
        version = None if found is None else found.version_num
        if version is not None and version > HEAD:
            await _check_oldest(database, version)
            return
    except DBAPIError as error:
        raise StoreUnavailable(f"The database cannot be asked ({type(error).__name__})") from error
    if version is None:
        raise StoreUnavailable(f"The database has no tables yet; {UPGRADE}")
    if version < HEAD:
        raise StoreUnavailable(f"The database is at version {version}, this Campana needs {HEAD}; {UPGRADE}")


async def _check_oldest(database: Database, version: str) -> None:
    found = await database.row(select(compatibility.c.oldest))
    if found is None or found.oldest > HEAD:
        raise TooOld(
            f"The database is at version {version}, newer than this Campana can work with; update Campana"
        )
