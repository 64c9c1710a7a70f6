"""What is in a recipient list: the people, and the rows that did not become any. Written fast, read in row
order."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, insert, select

from campana.domain.errors import Conflict, NotFound
from campana.domain.recipients import Recipient, RowProblem
from campana.stores.cells import pack_cells
from campana.stores.sql.failures import uniqueness
from campana.stores.sql.part import Part
from campana.stores.sql.rows import recipient_of
from campana.stores.sql.schema import recipient_lists, recipients, row_problems
from campana.stores.sql.search import SEARCH_COLUMNS, search_records
from campana.stores.sql.transactions import Transaction

_COLUMNS = ("list_id", "row", "phone", "name", "cells")
_PROBLEM_COLUMNS = tuple(RowProblem.__slots__)

IS_ERASED = func.substr(recipients.c.phone, 1, 1) == "-"
"""Rows that keep their place and say nothing of anybody: a minus and the row stand for their number."""


class Recipients(Part):
    """See Catalog."""

    async def add_recipients(
        self, list_id: UUID, recipients: Sequence[Recipient], problems: Sequence[RowProblem]
    ) -> None:
        """Raises NotFound when the list is not in the making, Conflict when it has one of the rows or
        numbers."""
        identity = list_id.bytes if self._database.is_sqlite else list_id
        people = [(identity, one.row, one.phone, one.name, pack_cells(one.values)) for one in recipients]
        texts = list(search_records(identity, recipients))

        async def add(tx: Transaction) -> None:
            await _require_open(tx, list_id)
            if people:
                await tx.copy("recipients", _COLUMNS, people)
                await tx.copy("recipient_search", SEARCH_COLUMNS, texts)
            if problems:
                await tx.execute(insert(row_problems), [_problem(list_id, one) for one in problems])

        try:
            await self._database.write(add)
        except uniqueness():
            raise Conflict("The list has a recipient with that row or phone number already") from None

    async def recipients(self, list_id: UUID, *, after_row: int = 0, limit: int) -> Sequence[Recipient]:
        query = (
            select(recipients)
            .where(recipients.c.list_id == list_id, recipients.c.row > after_row, ~IS_ERASED)
            .order_by(recipients.c.row)
            .limit(limit)
        )
        return [recipient_of(row) for row in await self._database.rows(query)]

    async def problems(self, list_id: UUID, *, after_row: int = 0, limit: int) -> Sequence[RowProblem]:
        """A row's problems come together, even where that is more than `limit`."""
        behind = (row_problems.c.list_id == list_id) & (row_problems.c.row > after_row)
        portion = (
            select(row_problems.c.row).where(behind).order_by(row_problems.c.row).limit(limit).subquery()
        )
        last = select(func.max(portion.c.row)).scalar_subquery()
        query = (
            select(row_problems)
            .where(behind, row_problems.c.row <= last)
            .order_by(row_problems.c.row, row_problems.c.id)
        )
        found = (row._mapping for row in await self._database.rows(query))
        return [RowProblem(**{name: row[name] for name in _PROBLEM_COLUMNS}) for row in found]


async def _require_open(tx: Transaction, list_id: UUID) -> None:
    query = select(recipient_lists.c.closed).where(recipient_lists.c.id == list_id).with_for_update(read=True)
    if (await tx.execute(query)).scalar_one_or_none() is not False:
        raise NotFound("There is no such list in the making")


def _problem(list_id: UUID, problem: RowProblem) -> dict[str, object]:
    return {"list_id": list_id} | {name: getattr(problem, name) for name in _PROBLEM_COLUMNS}
