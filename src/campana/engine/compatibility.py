"""Whether the database is still one that this process can work with: an upgrade may go on beside it."""

from campana.engine.ports import Catalog, Clock
from campana.engine.service import Service


class Compatibility(Service):
    """Ends its process, by TooOld, within seconds of a migration that says that older processes cannot go
    on; lanes give back what they have, as at any end."""

    name = "compatibility"
    interval_s = 5.0

    def __init__(self, catalog: Catalog, clock: Clock) -> None:
        super().__init__(clock)
        self._catalog = catalog

    async def tick(self) -> None:
        """Ask the database."""
        await self._catalog.ping()
