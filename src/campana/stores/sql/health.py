"""Whether the database can be asked, and is the one this version expects."""

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from campana.domain.errors import StoreUnavailable
from campana.stores.sql.database import Database
from campana.stores.sql.failures import UPGRADE
from campana.stores.sql.migrations import HEAD
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
    """Raises StoreUnavailable with what to do when the database is not at this version's migrations."""
    try:
        found = await database.row(_VERSION)
    except DBAPIError as error:
        raise StoreUnavailable(f"The database cannot be asked ({type(error).__name__})") from error
    version = None if found is None else found.version_num
    if version == HEAD:
        return
    if version is None:
        raise StoreUnavailable(f"The database has no tables yet; {UPGRADE}")
    if version > HEAD:
        raise StoreUnavailable(
            f"The database is at version {version}, newer than this Campana; update Campana"
        )
    raise StoreUnavailable(f"The database is at version {version}, this Campana needs {HEAD}; {UPGRADE}")
