"""Whether the database can be asked, and is the one this version expects."""

from campana.domain.errors import StoreUnavailable
from campana.stores.mongo.database import Database
from campana.stores.mongo.failures import UPGRADE
from campana.stores.mongo.migrations import HEAD, current
from campana.stores.mongo.part import Part


class Health(Part):
    """See Catalog."""

    async def ping(self) -> None:
        await check_version(self._database)

    async def close(self) -> None:
        """Let go of connections."""
        await self._database.close()


async def check_version(database: Database) -> None:
    """Raises StoreUnavailable with what to do when the database is not at this version."""
    version = await current(database)
    if version == HEAD:
        return
    if version is None:
        raise StoreUnavailable(f"The database has no collections yet; {UPGRADE}")
    if version > HEAD:
        raise StoreUnavailable(
            f"The database is at version {version}, newer than this Campana; update Campana"
        )
    raise StoreUnavailable(f"The database is at version {version}, this Campana needs {HEAD}; {UPGRADE}")
