"""Receipts: what the provider says later of a message it accepted. They come doubled and out of order."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, literal, select, update

from campana.domain.messages import RECEIPT_RANK, MessageStatus, start_states
from campana.stores.sql.books import Shift, hold, shift
from campana.stores.sql.columns import Moment
from campana.stores.sql.outcomes import provider_key
from campana.stores.sql.part import Part
from campana.stores.sql.schema import messages
from campana.stores.sql.transactions import Transaction

_RECEIVED = frozenset({*RECEIPT_RANK, MessageStatus.FAILED})
_WENT_OUT = frozenset(
    {MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.UNKNOWN}
)


class Receipts(Part):
    """See Ledger."""

    async def receive(
        self,
        sender_id: UUID,
        provider_message_id: str,
        status: MessageStatus,
        *,
        at: datetime,
        code: str | None = None,
        reason: str | None = None,
    ) -> bool:
        """Raises ValueError for a status that no receipt brings. READ implies delivered."""
        if status not in _RECEIVED:
            raise ValueError(f"no receipt says {status}")
        known = await self._database.read(partial(_find, sender_id, provider_message_id))
        if known is None:
            return False
        if not _says_something_new(known, status, at):
            return True

        async def work(tx: Transaction) -> bool:
            campaign = (await hold(tx, [known.campaign_id])).get(known.campaign_id)
            message = await _find(sender_id, provider_message_id, tx)
            if campaign is None or message is None:
                return False
            await _keep_earliest_delivery(tx, message, status, at)
            origin = MessageStatus(message.status)
            if origin in _origins(status):
                await tx.execute(_this(message).values(_changes(status, at, code, reason)))
                await shift(tx, Shift(campaign, {origin: -1, status: 1}))
            return True

        return await self._database.write(work)


async def _find(sender_id: UUID, provider_message_id: str, tx: Transaction) -> Row[Any] | None:
    """By the short key, then by the id itself."""
    query = select(messages).where(
        messages.c.provider_key == provider_key(sender_id, provider_message_id),
        messages.c.provider_message_id == provider_message_id,
    )
    return (await tx.execute(query)).one_or_none()


def _origins(status: MessageStatus) -> frozenset[MessageStatus]:
    return start_states(status) & _WENT_OUT


def _says_something_new(message: Row[Any], status: MessageStatus, at: datetime) -> bool:
    if MessageStatus(message.status) in _origins(status):
        return True
    return bool(status is MessageStatus.DELIVERED and message.delivered_at and at < message.delivered_at)


def _this(message: Row[Any]) -> Any:
    return update(messages).where(
        messages.c.campaign_id == message.campaign_id,
        messages.c.row == message.row,
        messages.c.status == message.status,
    )


async def _keep_earliest_delivery(
    tx: Transaction, message: Row[Any], status: MessageStatus, at: datetime
) -> None:
    """A delivery told after the reading still says when it was; the state does not go back."""
    if status is MessageStatus.DELIVERED and message.delivered_at and at < message.delivered_at:
        await tx.execute(_this(message).values(delivered_at=at))


def _changes(status: MessageStatus, at: datetime, code: str | None, reason: str | None) -> dict[str, Any]:
    """What an UNKNOWN was about no longer matters once the provider speaks."""
    moment = literal(at, Moment())
    changes: dict[str, Any] = {"status": status.value, "code": code, "reason": reason}
    if status is MessageStatus.FAILED:
        return changes | {"settled_at": at}
    changes["sent_at"] = func.coalesce(messages.c.sent_at, moment)
    if status is MessageStatus.SENT:
        return changes
    changes["delivered_at"] = func.coalesce(messages.c.delivered_at, moment)
    return changes | ({"read_at": at} if status is MessageStatus.READ else {})
