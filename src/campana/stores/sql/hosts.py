"""What provider hosts asked of everybody, known to every process."""

from sqlalchemy import case, select

from campana.engine.ports import HostPace
from campana.stores.sql.columns import database_seconds
from campana.stores.sql.part import Part
from campana.stores.sql.schema import hosts


class Hosts(Part):
    """See Lanes."""

    async def slow_host(self, host: str, pace: HostPace) -> None:
        """Factor and reason are the newest; of two holds the one that ends later stays."""
        statement = self._database.insert(hosts).values(
            host=host,
            asked_at=database_seconds(),
            hold_until=database_seconds() + pace.hold_s,
            factor=pace.factor,
            reason=pace.reason,
        )
        new = statement.excluded
        statement = statement.on_conflict_do_update(
            index_elements=["host"],
            set_={
                "hold_until": case(
                    (hosts.c.hold_until > new.hold_until, hosts.c.hold_until), else_=new.hold_until
                ),
                "asked_at": new.asked_at,
                "factor": new.factor,
                "reason": new.reason,
            },
        )
        await self._database.change(statement)

    async def host_pace(self, host: str) -> HostPace:
        left = (hosts.c.hold_until - database_seconds()).label("left")
        age = (database_seconds() - hosts.c.asked_at).label("age")
        query = select(left, age, hosts.c.factor, hosts.c.reason).where(hosts.c.host == host)
        row = await self._database.row(query)
        if row is None:
            return HostPace()
        return HostPace(
            hold_s=max(0.0, row.left), factor=row.factor, reason=row.reason, age_s=max(0.0, row.age)
        )
