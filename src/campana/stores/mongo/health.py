"""Whether the database can be asked, and is one that this version can work with."""

from campana.domain.errors import StoreUnavailable, TooOld
from campana.stores.mongo.database import Database
from campana.stores.mongo.failures import UPGRADE
from campana.stores.mongo.migrations import HEAD, current, oldest
from campana.stores.mongo.part import Part


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
    version = await current(database)
    if version is None:
        raise StoreUnavailable(f"The database has no collections yet; {UPGRADE}")
    if version < HEAD:
        raise StoreUnavailable(f"The database is at version {version}, this Campana needs {HEAD}; {UPGRADE}")
    if version > HEAD and (await oldest(database) or version) > HEAD:
        raise TooOld(
            f"The database is at version {version}, newer than this Campana can work with; update Campana"
        )
