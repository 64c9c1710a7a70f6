"""Who does what is done once for all processes. Time is the database's own clock."""

from sqlalchemy import delete, or_

from campana.stores.sql.columns import database_seconds
from campana.stores.sql.part import Part
from campana.stores.sql.schema import duties


class Duties(Part):
    """See Lanes."""

    async def hold_duty(self, duty: str, owner: str, *, ttl_s: float) -> bool:
        end = database_seconds() + ttl_s
        statement = self._database.insert(duties).values(name=duty, owner=owner, expires_at=end)
        free = or_(duties.c.owner == owner, duties.c.expires_at <= database_seconds())
        return (
            await self._database.change(
                statement.on_conflict_do_update(
                    index_elements=["name"], set_={"owner": owner, "expires_at": end}, where=free
                )
            )
            == 1
        )

    async def leave_duty(self, duty: str, owner: str) -> None:
        await self._database.change(delete(duties).where(duties.c.name == duty, duties.c.owner == owner))
