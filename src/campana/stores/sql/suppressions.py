"""Numbers that must not be messaged, by account."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, or_, select

from campana.domain.recipients import Suppression
from campana.engine.ports import Page
from campana.stores.sql.part import Part
from campana.stores.sql.rows import key_of, suppression_of
from campana.stores.sql.schema import suppressions as table
from campana.stores.sql.transactions import Transaction


class Suppressions(Part):
    """See Catalog."""

    async def add_suppressions(self, suppressions: Sequence[Suppression]) -> int:
        if not suppressions:
            return 0
        statement = (
            self._database.insert(table)
            .on_conflict_do_nothing(index_elements=["account_id", "phone"])
            .returning(table.c.id)
        )
        values = [{name: getattr(one, name) for name in Suppression.__slots__} for one in suppressions]

        async def add(tx: Transaction) -> int:
            return len((await tx.execute(statement, values)).all())

        return await self._database.write(add)

    async def drop_suppression(self, account_id: UUID, suppression_id: UUID) -> bool:
        statement = delete(table).where(table.c.id == suppression_id, table.c.account_id == account_id)
        return await self._database.change(statement) == 1

    async def suppressions(
        self, account_id: UUID, *, limit: int, cursor: str | None = None, q: str = ""
    ) -> Page[Suppression]:
        query = select(table).where(table.c.account_id == account_id)
        if cursor is not None:
            query = query.where(table.c.phone > f"+{cursor}")
        if q.strip():
            query = query.where(
                or_(
                    table.c.phone.contains(q.strip(), autoescape=True),
                    table.c.reason.icontains(key_of(q), autoescape=True),
                )
            )
        rows = await self._database.rows(query.order_by(table.c.phone).limit(limit + 1))
        items = tuple(suppression_of(row) for row in rows[:limit])
        # A plus would have to be escaped in a URL, and reads as a space where that is forgotten.
        return Page(items, items[-1].phone.removeprefix("+") if len(rows) > limit else None)
