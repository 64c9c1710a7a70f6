"""Erasures as a whole: begun, waited for, finished, and what is remembered of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Select, delete, func, or_, select, update

from campana.domain.messages import MessageStatus
from campana.domain.privacy import ERASED_REASON, Erasure, Waits
from campana.domain.recipients import SuppressionSource
from campana.stores.sql.part import Part
from campana.stores.sql.schema import (
    accounts,
    campaigns,
    erasures,
    inbox,
    messages,
    privacy_keys,
    recipient_lists,
    recipients,
    senders,
    suppressions,
)
from campana.stores.sql.suppressions import hold_account
from campana.stores.sql.transactions import Transaction

_SETTLING = timedelta(seconds=5)
"""how long after a message's end its code may still be drawn conclusions from"""
_ERASURE = SuppressionSource.ERASURE.value
_M = MessageStatus


class Erasures(Part):
    """See Privacy."""

    async def begin_erasure(self, erasure: Erasure) -> None:
        remember = self._database.insert(erasures).on_conflict_do_nothing()
        reason = {"reason": ERASED_REASON, "source": _ERASURE, "added_by": "", "created_at": erasure.begun_at}
        suppress = self._database.insert(suppressions).on_conflict_do_update(
            index_elements=["account_id", "phone"], set_=reason
        )
        # No id of another kind is needed: the number is there once.
        mine = {
            "id": uuid5(erasure.account_id, erasure.digest),
            "account_id": erasure.account_id,
            "phone": erasure.phone,
        }
        kept = {
            "account_id": erasure.account_id,
            "digest": erasure.digest,
            "begun_at": erasure.begun_at,
        }
        more = update(accounts).where(accounts.c.id == erasure.account_id)

        async def work(tx: Transaction) -> None:
            await hold_account(tx, erasure.account_id)
            await tx.execute(remember, kept)
            await tx.execute(suppress, mine | reason)
            await tx.execute(more.values(opt_outs=accounts.c.opt_outs + 1))

        await self._database.write(work)

    async def erasures_under_way(self) -> Sequence[tuple[UUID, str, datetime]]:
        query = select(suppressions).where(suppressions.c.source == _ERASURE)
        rows = await self._database.rows(query.order_by(suppressions.c.created_at))
        return [(row.account_id, row.phone, row.created_at) for row in rows]

    async def erasure_waits(self, account_id: UUID, phone: str, *, since: datetime, now: datetime) -> Waits:
        open_lists = select(func.count().label("number")).where(
            recipient_lists.c.account_id == account_id, recipient_lists.c.closed.is_(False)
        )
        mine = select(senders.c.id).where(senders.c.account_id == account_id)
        posts = select(func.count().label("number")).where(
            inbox.c.sender_id.in_(mine), inbox.c.received_at <= since
        )

        async def look(tx: Transaction) -> Waits:
            numbers = [
                int((await tx.execute(query)).scalar_one())
                for query in (_on_their_way(account_id, phone, now), open_lists, posts)
            ]
            return Waits(*numbers)

        return await self._database.read(look)

    async def finish_erasure(self, account_id: UUID, phone: str) -> bool:
        statement = delete(suppressions).where(
            suppressions.c.account_id == account_id,
            suppressions.c.phone == phone,
            suppressions.c.source == _ERASURE,
        )
        done = await self._database.change(statement) == 1
        await self._database.scrub()
        return done

    async def erased(self, account_id: UUID) -> Mapping[str, datetime]:
        query = select(erasures.c.digest, erasures.c.begun_at).where(erasures.c.account_id == account_id)
        return {row.digest: row.begun_at for row in await self._database.rows(query)}

    async def privacy_key(self, account_id: UUID) -> str | None:
        row = await self._database.row(select(privacy_keys).where(privacy_keys.c.account_id == account_id))
        return None if row is None else str(row.sealed_key)

    async def keep_privacy_key(self, account_id: UUID, sealed: str) -> str:
        statement = self._database.insert(privacy_keys).on_conflict_do_nothing()
        await self._database.change(statement, {"account_id": account_id, "sealed_key": sealed})
        return await self.privacy_key(account_id) or sealed

    async def forget_erased(self, account_id: UUID) -> int:
        async def work(tx: Transaction) -> int:
            await tx.execute(delete(privacy_keys).where(privacy_keys.c.account_id == account_id))
            return (await tx.execute(delete(erasures).where(erasures.c.account_id == account_id))).rowcount

        return await self._database.write(work)


def _on_their_way(account_id: UUID, phone: str, now: datetime) -> Select[Any]:
    """Messages to the number that are SENDING, or were until a moment ago."""
    return (
        select(func.count().label("number"))
        .select_from(recipient_lists)
        .join(recipients, (recipients.c.list_id == recipient_lists.c.id) & (recipients.c.phone == phone))
        .join(campaigns, campaigns.c.recipient_list_id == recipient_lists.c.id)
        .join(messages, (messages.c.campaign_id == campaigns.c.id) & (messages.c.row == recipients.c.row))
        .where(
            recipient_lists.c.account_id == account_id,
            or_(
                messages.c.status == _M.SENDING.value,
                (messages.c.status != _M.SKIPPED.value) & (messages.c.settled_at > now - _SETTLING),
            ),
        )
    )
