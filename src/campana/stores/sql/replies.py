"""What people answered, and the messages it answers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, delete, func, or_, select

from campana.domain.messages import MessageStatus
from campana.domain.optouts import Wish
from campana.domain.replies import KeptReply, ReplyCounts
from campana.engine.ports import Addressed, Heard, Page
from campana.stores.digests import provider_key
from campana.stores.sql.cursors import newest_cursor, newest_first
from campana.stores.sql.database import Database
from campana.stores.sql.flags import queue_flags
from campana.stores.sql.part import Part
from campana.stores.sql.schema import campaigns, messages, recipients, replies, suppressions
from campana.stores.sql.suppressions import add_held, hold_account
from campana.stores.sql.transactions import Transaction

_ENDED_AT = func.coalesce(messages.c.sent_at, messages.c.settled_at, type_=messages.c.sent_at.type)
_ON_ITS_WAY = messages.c.status == MessageStatus.SENDING.value
_ADDRESSED = select(
    messages.c.campaign_id, messages.c.row, messages.c.status, messages.c.code, _ENDED_AT.label("at")
)
_NEWER_WISH = select(replies.c.id).where(
    replies.c.account_id == bindparam("account"),
    replies.c.phone == bindparam("of_phone"),
    replies.c.wish.is_not(None),
    or_(
        replies.c.at > bindparam("moment", type_=replies.c.at.type),
        (replies.c.at == bindparam("moment", type_=replies.c.at.type))
        & (replies.c.wish == Wish.STOP.value)
        & (bindparam("of_wish") == Wish.START.value),
    ),
)


class Replies(Part):
    """See OptOuts."""

    async def keep_replies(self, heard: Sequence[Heard]) -> int:
        by_account: dict[UUID, list[Heard]] = {}
        for one in heard:
            by_account.setdefault(one.reply.account_id, []).append(one)

        async def keep(tx: Transaction) -> int:
            new = 0
            for account_id in sorted(by_account):
                # Two processes that heard a stop and a start must not overlook each other's.
                await hold_account(tx, account_id)
                for one in by_account[account_id]:
                    new += await _keep(self._database, tx, one)
            return new

        return await self._database.write(keep) if by_account else 0

    async def replies(
        self, account_id: UUID, campaign_id: UUID, *, limit: int, cursor: str | None = None
    ) -> Page[KeptReply]:
        mine = select(replies).where(replies.c.account_id == account_id, replies.c.campaign_id == campaign_id)
        rows = await self._database.rows(newest_first(mine, replies, limit=limit, cursor=cursor, by="at"))
        return Page(tuple(_reply_of(row) for row in rows[:limit]), newest_cursor(rows, limit, by="at"))

    async def reply_counts(self, campaign_ids: Collection[UUID]) -> Mapping[UUID, ReplyCounts]:
        stops = func.count().filter(replies.c.wish == Wish.STOP.value).label("stops")
        query = (
            select(replies.c.campaign_id, func.count().label("replies"), stops)
            .where(replies.c.campaign_id.in_(list(campaign_ids)))
            .group_by(replies.c.campaign_id)
        )
        rows = await self._database.rows(query)
        return {row.campaign_id: ReplyCounts(row.replies, row.stops) for row in rows}

    async def message_named(self, sender_id: UUID, provider_message_id: str) -> Addressed | None:
        query = _ADDRESSED.where(
            messages.c.provider_key == provider_key(sender_id, provider_message_id),
            messages.c.provider_message_id == provider_message_id,
        )
        row = await self._database.row(query)
        return None if row is None else _addressed_of(row)

    async def messages_to(
        self,
        account_id: UUID,
        phone: str,
        *,
        since: datetime,
        limit: int,
        sender_id: UUID | None = None,
    ) -> Sequence[Addressed]:
        query = _to_number(phone, since).where(campaigns.c.account_id == account_id)
        if sender_id is not None:
            query = query.where(campaigns.c.sender_id == sender_id)
        query = query.order_by(_ON_ITS_WAY.desc(), _ENDED_AT.desc(), messages.c.campaign_id.desc()).limit(
            limit
        )
        return [_addressed_of(row) for row in await self._database.rows(query)]


def _to_number(phone: str, since: datetime) -> Select[Any]:
    """From campaigns that were not over by then to the one recipient each has of that number."""
    return (
        _ADDRESSED.select_from(campaigns)
        .join(
            recipients,
            (recipients.c.list_id == campaigns.c.recipient_list_id) & (recipients.c.phone == phone),
        )
        .join(messages, (messages.c.campaign_id == campaigns.c.id) & (messages.c.row == recipients.c.row))
        .where(
            campaigns.c.started_at.is_not(None),
            or_(campaigns.c.completed_at.is_(None), campaigns.c.completed_at >= since),
            messages.c.status != MessageStatus.SKIPPED.value,
            or_(_ON_ITS_WAY, since <= _ENDED_AT),
        )
    )


async def _keep(database: Database, tx: Transaction, heard: Heard) -> bool:
    """Keep one reply and do what follows from it; whether it was new."""
    reply = heard.reply
    statement = (
        database.insert(replies)
        .on_conflict_do_nothing(index_elements=["sender_id", "provider_message_id"])
        .returning(replies.c.id)
    )
    if not (await tx.execute(statement, [_values(reply)])).all():
        return False
    if reply.wish is None or await _asked_otherwise_since(tx, reply):
        return True
    if heard.stop is not None:
        await add_held(database, tx, [heard.stop], flag=True)
    if heard.lifts:
        dropped = delete(suppressions).where(
            suppressions.c.account_id == reply.account_id,
            suppressions.c.phone == reply.phone,
            suppressions.c.source.in_(sorted(heard.lifts)),
        )
        phones = (await tx.execute(dropped.returning(suppressions.c.phone))).scalars().all()
        await queue_flags(database, tx, reply.account_id, phones, opted_out=False, at=reply.at)
    return True


async def _asked_otherwise_since(tx: Transaction, reply: KeptReply) -> bool:
    values = {
        "account": reply.account_id,
        "of_phone": reply.phone,
        "moment": reply.at,
        "of_wish": reply.wish,
    }
    return (await tx.execute(_NEWER_WISH.limit(1), values)).one_or_none() is not None


def _values(reply: KeptReply) -> dict[str, Any]:
    values = {name: getattr(reply, name) for name in KeptReply.__slots__}
    return values | {"wish": reply.wish and reply.wish.value}


def _reply_of(row: Row[Any]) -> KeptReply:
    values = {name: row._mapping[name] for name in KeptReply.__slots__}
    return KeptReply(**values | {"wish": Wish(row.wish) if row.wish else None})


def _addressed_of(row: Row[Any]) -> Addressed:
    return Addressed(row.campaign_id, row.row, MessageStatus(row.status), row.code or "", row.at)
