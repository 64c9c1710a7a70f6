"""A person's rows in lists, and the messages to them: found, and made to say nothing of anybody."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, select, update

from campana.domain.messages import MessageStatus
from campana.domain.privacy import ERASED_REASON
from campana.domain.traces import Trace
from campana.stores.cells import pack_cells
from campana.stores.held import Held
from campana.stores.reasons import ERASED_CODE
from campana.stores.sql.books import Shift, hold, shift
from campana.stores.sql.database import Database
from campana.stores.sql.schema import campaigns, messages, recipient_lists, recipients
from campana.stores.sql.search import forget_row
from campana.stores.sql.transactions import Transaction

_M = MessageStatus
_TOLD = ("status", "attempts", "provider_message_id", "code", "reason", "sent_at", "delivered_at", "read_at")
NAMELESS = {"provider_message_id": None, "fence": None}
"""What messages lose: the provider's id holds the number, and without the fence no late answer brings it
back. Their short key stays, by which receipts find them."""


class Spot(NamedTuple):
    """Where somebody stands: a row of a list."""

    list_id: UUID
    row: int


async def rows_of(database: Database, account_id: UUID, trace: Trace) -> Sequence[Row[Any]]:
    """The person's rows in all lists of the account, those in the making included."""
    query = (
        select(recipient_lists, recipients.c.row, recipients.c.name, recipients.c.cells)
        .join(recipients, recipients.c.list_id == recipient_lists.c.id)
        .where(recipient_lists.c.account_id == account_id, recipients.c.phone == trace.phone)
        .order_by(recipient_lists.c.created_at)
    )
    return await database.rows(query)


async def messages_of(database: Database, spot: Spot) -> Sequence[Row[Any]]:
    """The messages to somebody, with the names of their campaigns."""
    query = (
        select(campaigns.c.name, campaigns.c.id, *(messages.c[name] for name in _TOLD))
        .join(messages, messages.c.campaign_id == campaigns.c.id)
        .where(campaigns.c.recipient_list_id == spot.list_id, messages.c.row == spot.row)
        .order_by(campaigns.c.created_at)
    )
    return await database.rows(query)


async def erase_rows(database: Database, account_id: UUID, trace: Trace, at: datetime) -> int:
    """Each row in a transaction of its own; how many."""
    erased = 0
    for row in await rows_of(database, account_id, trace):
        spot = Spot(row.id, row.row)
        erased += await database.write(partial(_erase_row, spot, len(row.columns), trace, at))
    return erased


async def _erase_row(spot: Spot, columns: int, trace: Trace, at: datetime, tx: Transaction) -> bool:
    """False where a message to the row is on its way: then the row stays until that has ended."""
    ids = (
        await tx.execute(select(campaigns.c.id).where(campaigns.c.recipient_list_id == spot.list_id))
    ).scalars()
    held = await hold(tx, set(ids))
    query = select(messages.c.campaign_id, messages.c.status, messages.c.reason)
    mine = (messages.c.campaign_id.in_(sorted(held))) & (messages.c.row == spot.row)
    found = (await tx.execute(query.where(mine))).all()
    for message in found:
        if message.status != _M.SENDING:
            await _blank(tx, held[message.campaign_id], spot.row, message, (trace, at))
    if any(message.status == _M.SENDING for message in found):
        return False
    person = (recipients.c.list_id == spot.list_id) & (recipients.c.row == spot.row)
    nobody = {"phone": f"-{spot.row}", "name": "", "cells": pack_cells([""] * columns)}
    await tx.execute(update(recipients).where(person).values(nobody))
    await forget_row(tx, spot.list_id, spot.row)
    await tx.execute(_forget_requests(spot.list_id))
    return True


async def _blank(
    tx: Transaction, campaign: Held, row: int, known: Row[Any], wish: tuple[Trace, datetime]
) -> None:
    """One message, in whatever state but SENDING; a PENDING one ends as SKIPPED."""
    trace, at = wish
    changes: dict[str, Any] = NAMELESS | {"reason": known.reason and trace.without(known.reason)}
    if known.status == _M.PENDING:
        changes |= {"status": _M.SKIPPED.value, "code": ERASED_CODE, "reason": ERASED_REASON}
        changes |= {"settled_at": at, "not_before": None}
        reserved = min(campaign.reserved, campaign.counts.open - 1)
        await shift(tx, Shift(campaign, {_M.PENDING: -1, _M.SKIPPED: 1}, reserved=reserved))
    this = (messages.c.campaign_id == campaign.id) & (messages.c.row == row)
    await tx.execute(update(messages).where(this).values(changes))


def _forget_requests(list_id: UUID) -> Any:
    """Digests of requests that named recipients: who knows the rest of a request could try numbers."""
    inline = select(recipient_lists.c.id).where(
        recipient_lists.c.id == list_id, recipient_lists.c.listed.is_(False)
    )
    statement = update(campaigns).where(campaigns.c.recipient_list_id.in_(inline))
    return statement.values(request_digest=None)
