"""Which workers live. Time is the database's own clock."""

from collections.abc import Sequence

from sqlalchemy import delete, or_, select

from campana.engine.ports import Presence
from campana.stores.sql.columns import database_seconds
from campana.stores.sql.part import Part
from campana.stores.sql.schema import workers


class Workers(Part):
    """See Lanes."""

    async def say_alive(self, owner: str, *, rate: float, ttl_s: float) -> None:
        now = database_seconds()
        alive = {"seen_at": now, "expires_at": now + ttl_s, "rate": rate}
        statement = (
            self._database.insert(workers)
            .values(owner=owner, since=now, **alive)
            .on_conflict_do_update(index_elements=["owner"], set_=alive)
        )
        await self._database.change(statement)

    async def say_gone(self, owner: str) -> None:
        """And whoever did not say so itself."""
        gone = or_(workers.c.owner == owner, workers.c.expires_at <= database_seconds())
        await self._database.change(delete(workers).where(gone))

    async def workers(self) -> Sequence[Presence]:
        now = database_seconds()
        query = (
            select(
                workers.c.owner,
                workers.c.rate,
                (now - workers.c.since).label("since_s"),
                (now - workers.c.seen_at).label("seen_s"),
            )
            .where(workers.c.expires_at > now)
            .order_by(workers.c.since, workers.c.owner)
        )
        return [
            Presence(owner=row.owner, since_s=row.since_s, seen_s=row.seen_s, rate=row.rate)
            for row in await self._database.rows(query)
        ]
