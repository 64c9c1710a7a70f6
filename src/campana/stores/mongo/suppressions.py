"""Numbers that must not be messaged, by account. They change through the account's journal, in one step with
`optOuts`: lanes see that there are new ones, and then see them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from campana.domain.recipients import Suppression, SuppressionSource
from campana.engine.ports import EVERY_SUPPRESSION, Page, SuppressionFilter
from campana.stores.mongo.account_journal import AccountEntry
from campana.stores.mongo.database import Database, Document
from campana.stores.mongo.documents import document_of, key_of, thing_of
from campana.stores.mongo.flags import wishes
from campana.stores.mongo.part import Part
from campana.stores.mongo.patterns import holding

_AT_ONCE = 1000
MORE = {"$inc": {"optOuts": 1}}
"""What changes in an account that gets suppressions."""


class Suppressions(Part):
    """See OptOuts."""

    async def add_suppressions(self, suppressions: Sequence[Suppression], *, flag: bool = False) -> int:
        by_account: dict[UUID, list[Suppression]] = {}
        for one in suppressions:
            by_account.setdefault(one.account_id, []).append(one)
        added = 0
        for account_id, mine in sorted(by_account.items()):
            for start in range(0, len(mine), _AT_ONCE):
                added += await self._add_some(account_id, mine[start : start + _AT_ONCE], flag=flag)
        return added

    async def drop_suppression(self, account_id: UUID, suppression_id: UUID, *, at: datetime) -> bool:
        async def decide(account: Document) -> AccountEntry[bool]:
            mine = {"_id": str(suppression_id), "accountId": account["_id"]}
            found = await self._database["suppressions"].find(mine, ["phone", "source"])
            if found is None or found["source"] == SuppressionSource.ERASURE:
                return AccountEntry(False)
            flags = wishes(account_id, [found["phone"]], opted_out=False, at=at)
            return AccountEntry(True, {"lifted": [found["_id"]], "flags": flags})

        return await self._account_journal.write(account_id, decide) or False

    async def suppressions(
        self,
        account_id: UUID,
        *,
        limit: int,
        cursor: str | None = None,
        which: SuppressionFilter = EVERY_SUPPRESSION,
    ) -> Page[Suppression]:
        query: dict[str, Any] = {"accountId": str(account_id), **_chosen(which)}
        if cursor is not None:
            query["phone"] = {"$gt": f"+{cursor}"}
        found = await self._database["suppressions"].find_all(query, order=[("phone", 1)], limit=limit + 1)
        items = tuple(thing_of(Suppression, one) for one in found[:limit])
        # A plus would have to be escaped in a URL, and reads as a space where that is forgotten.
        return Page(items, items[-1].phone.removeprefix("+") if len(found) > limit else None)

    async def suppressed_among(self, account_id: UUID, phones: Collection[str]) -> frozenset[str]:
        await self._account_journal.finished(account_id)
        return await suppressed_among(self._database, account_id, phones)

    async def _add_some(self, account_id: UUID, some: Sequence[Suppression], *, flag: bool) -> int:
        async def decide(_account: Document) -> AccountEntry[int]:
            there = await suppressed_among(self._database, account_id, [one.phone for one in some])
            new: dict[str, Suppression] = {}
            for one in some:
                if one.phone not in there:
                    new.setdefault(one.phone, one)
            if not new:
                return AccountEntry(0)
            at = some[0].created_at
            changes: Document = {"suppressions": [written(one) for one in new.values()]}
            changes["flags"] = wishes(account_id, new, opted_out=True, at=at) if flag else []
            return AccountEntry(len(new), changes, MORE)

        return await self._account_journal.write(account_id, decide) or 0


def written(suppression: Suppression) -> Document:
    """The suppression as a document."""
    return document_of(suppression, reason_key=key_of(suppression.reason))


async def suppressed_among(database: Database, account_id: UUID, phones: Collection[str]) -> frozenset[str]:
    """Those of the numbers that the account must not message."""
    if not phones:
        return frozenset()
    these = {"accountId": str(account_id), "phone": {"$in": list(phones)}}
    return frozenset(one["phone"] for one in await database["suppressions"].find_all(these, ["phone"]))


def _chosen(which: SuppressionFilter) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    if q := which.q.strip():
        chosen["$or"] = [{"phone": holding(q)}, {"reasonKey": holding(key_of(q))}]
    if which.sources:
        chosen["source"] = {"$in": sorted(which.sources)}
    span = {"$gte": which.since, "$lt": which.before}
    if span := {operator: moment for operator, moment in span.items() if moment is not None}:
        chosen["createdAt"] = span
    return chosen
