"""Numbers that must not be messaged, by account.

Whoever adds suppressions holds the account first: lanes then see that there are new ones as soon as they see
them, and two who add the same numbers do not wait for each other in a circle.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, update

from campana.domain.recipients import Suppression, SuppressionSource
from campana.engine.ports import EVERY_SUPPRESSION, Page, SuppressionFilter
from campana.stores.sql.columns import Texts, among
from campana.stores.sql.database import Database
from campana.stores.sql.flags import queue_flags
from campana.stores.sql.part import Part
from campana.stores.sql.rows import key_of, suppression_of, suppression_values
from campana.stores.sql.schema import accounts
from campana.stores.sql.schema import suppressions as table
from campana.stores.sql.transactions import Transaction

_HOLD_ACCOUNT = (
    select(accounts.c.id).where(accounts.c.id == bindparam("account")).with_for_update(key_share=True)
)
_MORE = update(accounts).where(accounts.c.id == bindparam("account")).values(opt_outs=accounts.c.opt_outs + 1)
_AMONG = select(table.c.phone).where(
    table.c.account_id == bindparam("account"), among(table.c.phone, bindparam("phones", type_=Texts()))
)


class Suppressions(Part):
    """See OptOuts."""

    async def add_suppressions(self, suppressions: Sequence[Suppression], *, flag: bool = False) -> int:
        by_account: dict[UUID, list[Suppression]] = {}
        for one in suppressions:
            by_account.setdefault(one.account_id, []).append(one)

        async def add(tx: Transaction) -> int:
            added = 0
            for account_id in sorted(by_account):
                await hold_account(tx, account_id)
                added += await add_held(self._database, tx, by_account[account_id], flag=flag)
            return added

        return await self._database.write(add) if by_account else 0

    async def drop_suppression(self, account_id: UUID, suppression_id: UUID, *, at: datetime) -> bool:
        statement = (
            delete(table)
            .where(
                table.c.id == suppression_id,
                table.c.account_id == account_id,
                table.c.source != SuppressionSource.ERASURE.value,
            )
            .returning(table.c.phone)
        )

        async def drop(tx: Transaction) -> bool:
            await hold_account(tx, account_id)
            phones = (await tx.execute(statement)).scalars().all()
            await queue_flags(self._database, tx, account_id, phones, opted_out=False, at=at)
            return bool(phones)

        return await self._database.write(drop)

    async def suppressions(
        self,
        account_id: UUID,
        *,
        limit: int,
        cursor: str | None = None,
        which: SuppressionFilter = EVERY_SUPPRESSION,
    ) -> Page[Suppression]:
        query = select(table).where(table.c.account_id == account_id, *_chosen(which))
        if cursor is not None:
            query = query.where(table.c.phone > f"+{cursor}")
        rows = await self._database.rows(query.order_by(table.c.phone).limit(limit + 1))
        items = tuple(suppression_of(row) for row in rows[:limit])
        # A plus would have to be escaped in a URL, and reads as a space where that is forgotten.
        return Page(items, items[-1].phone.removeprefix("+") if len(rows) > limit else None)

    async def suppressed_among(self, account_id: UUID, phones: Collection[str]) -> frozenset[str]:
        values = {"account": account_id, "phones": list(phones)}
        return frozenset(row.phone for row in await self._database.rows(_AMONG, values))


async def hold_account(tx: Transaction, account_id: UUID) -> None:
    """Lock the account until the transaction ends."""
    await tx.execute(_HOLD_ACCOUNT, {"account": account_id})


async def add_held(
    database: Database, tx: Transaction, suppressions: Sequence[Suppression], *, flag: bool
) -> int:
    """Add suppressions of one account, which is held; how many were new."""
    statement = (
        database.insert(table)
        .on_conflict_do_nothing(index_elements=["account_id", "phone"])
        .returning(table.c.phone)
    )
    values = [suppression_values(one) for one in suppressions]
    phones = (await tx.execute(statement, values)).scalars().all()
    account_id, at = suppressions[0].account_id, suppressions[0].created_at
    if phones:
        await tx.execute(_MORE, {"account": account_id})
    if flag:
        await queue_flags(database, tx, account_id, phones, opted_out=True, at=at)
    return len(phones)


def _chosen(which: SuppressionFilter) -> list[ColumnElement[Any]]:
    chosen: list[ColumnElement[Any]] = []
    if q := which.q.strip():
        in_number = table.c.phone.contains(q, autoescape=True)
        chosen.append(or_(in_number, table.c.reason.icontains(key_of(q), autoescape=True)))
    if which.sources:
        chosen.append(table.c.source.in_(sorted(which.sources)))
    if which.since is not None:
        chosen.append(table.c.created_at >= which.since)
    if which.before is not None:
        chosen.append(table.c.created_at < which.before)
    return chosen
