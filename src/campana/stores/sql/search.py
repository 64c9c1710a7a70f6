"""Looking through the packed numbers and names of a list (see stores.packing)."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select, update

from campana.domain.recipients import Recipient
from campana.stores.packing import Search, packs, stretches, without_row
from campana.stores.sql.columns import holds
from campana.stores.sql.schema import recipient_search
from campana.stores.sql.transactions import Record, Transaction

SEARCH_COLUMNS = ("list_id", "first_row", "last_row", "numbers", "names")


def search_records(list_id: Any, people: Sequence[Recipient]) -> Iterator[Record]:
    """What is stored beside these recipients, in the order of SEARCH_COLUMNS. They come in row order."""
    for pack in packs(people):
        yield (list_id, pack.first_row, pack.last_row, pack.numbers, pack.names)


async def matching_rows(
    tx: Transaction, list_id: UUID, search: Search, after: int
) -> AsyncGenerator[list[int], None]:
    """The rows behind `after` that match, some at a time, in order."""
    table = recipient_search.c
    of_list = select(table.first_row).where(table.list_id == list_id, table.last_row > after)
    firsts = (await tx.execute(of_list.order_by(table.first_row))).scalars().all()
    for stretch in stretches(firsts):
        texts = await tx.execute(_texts_with(list_id, search, (stretch[0], stretch[-1])))
        for found in texts.all():
            if rows := sorted({row for row in search.rows_of(found.numbers, found.names) if row > after}):
                yield rows


def _texts_with(list_id: UUID, search: Search, stretch: tuple[int, int]) -> Select[Any]:
    table = recipient_search.c
    matches = [holds(table.names, search.name)]
    if search.digits:
        matches.append(holds(table.numbers, search.digits))
    mine = (table.list_id == list_id) & table.first_row.between(*stretch)
    return select(table.numbers, table.names).where(mine, or_(*matches)).order_by(table.first_row)


async def forget_row(tx: Transaction, list_id: UUID, row: int) -> None:
    """Take a person's lines out of the packed texts."""
    table = recipient_search.c
    this = (table.list_id == list_id) & (table.first_row <= row) & (table.last_row >= row)
    for found in (await tx.execute(select(recipient_search).where(this))).all():
        key = (table.list_id == list_id) & (table.first_row == found.first_row)
        texts = {"numbers": without_row(found.numbers, row), "names": without_row(found.names, row)}
        await tx.execute(update(recipient_search).where(key).values(texts))


async def remember_name(tx: Transaction, list_id: UUID, row: int, person: tuple[str, str]) -> None:
    """Put a person's number and name in again, where their lines were taken out."""
    table = recipient_search.c
    (pack,) = packs([Recipient(row, *person, ())])
    this = (table.list_id == list_id) & (table.first_row <= row) & (table.last_row >= row)
    texts = {"numbers": table.numbers + "\n" + pack.numbers, "names": table.names + "\n" + pack.names}
    await tx.execute(update(recipient_search).where(this).values(texts))
