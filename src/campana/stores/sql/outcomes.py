"""Writing a batch of outcomes to messages, in each database's fastest way. Knows nothing of counts.

A provider's id that another message has already must not hold up the rest: then the batch is written row by
row, and that message is recorded without its id.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, case, update
from sqlalchemy.exc import IntegrityError

from campana.domain.messages import MessageStatus
from campana.engine.ports import Settlement
from campana.stores.sql.books import Held
from campana.stores.sql.columns import to_micros
from campana.stores.sql.schema import messages
from campana.stores.sql.transactions import Transaction

DUPLICATE_CODE = "duplicate_id"
DUPLICATE_REASON = "the provider gave it the id of another message, so receipts for it cannot be told apart"

_SET = (
    *("provider_message_id", "provider_key", "status", "code", "reason"),
    *("sent_at", "settled_at", "not_before"),
)
_SQLITE = (
    f"UPDATE messages SET {', '.join(f'{name} = ?' for name in _SET)}, attempts = max(attempts - ?, 0)"  # noqa: S608
    " WHERE campaign_id = ? AND row = ? AND status = ? AND fence = ?"
)
_POSTGRESQL = (
    f"UPDATE messages AS m SET {', '.join(f'{name} = v.{name}' for name in _SET)},"  # noqa: S608
    " attempts = greatest(m.attempts - v.back, 0)"
    " FROM unnest($4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[],"
    " $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::int[], $13::int[])"
    f" WITH ORDINALITY AS v({', '.join(_SET)}, back, row, n)"
    " WHERE m.campaign_id = $1 AND m.row = v.row AND m.status = $2 AND m.fence = $3"
    " RETURNING v.n"
)
_ONE = (
    update(messages)
    .where(
        messages.c.campaign_id == bindparam("campaign"),
        messages.c.row == bindparam("at_row"),
        messages.c.status == bindparam("origin"),
        messages.c.fence == bindparam("at_fence"),
    )
    .values({name: bindparam(f"to_{name}") for name in _SET})
    .values(
        attempts=case(
            (messages.c.attempts > bindparam("back"), messages.c.attempts - bindparam("back")), else_=0
        )
    )
)
_WORDS = {status: status.value for status in MessageStatus}
"""Drivers take plain texts, and a look-up costs less than the enum's own property."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Outcomes of messages of one campaign that are in `origin` under one fence of its sender."""

    campaign: Held
    fence: int
    origin: MessageStatus
    settlements: Sequence[Settlement]


class _Uneven(Exception):
    """The batch changed another number of rows than it has."""


def provider_key(sender_id: UUID, provider_message_id: str) -> int:
    """Eight bytes that stand for a provider's id among all senders, as a signed number."""
    return _key(sender_id.bytes, provider_message_id)


async def write_outcomes(tx: Transaction, batch: Batch) -> Sequence[Settlement]:
    """Those of the settlements that found their message in `origin` under the fence, and changed it."""
    if not batch.settlements:
        return ()
    write = _write_sqlite if tx.is_sqlite else _write_postgresql
    try:
        async with tx.savepoint():
            return await write(tx, batch)
    except (IntegrityError, _Uneven):
        return [one for one in batch.settlements if await _write_one(tx, batch, one)]


async def _write_sqlite(tx: Transaction, batch: Batch) -> Sequence[Settlement]:
    """All or, by _Uneven, none: SQLite tells how many rows a batch changed, not which."""
    where = (batch.campaign.id.bytes, _WORDS[batch.origin], batch.fence)
    records = [
        (*outcome[:5], *map(_micros, outcome[5:8]), outcome[8], where[0], outcome[9], *where[1:])
        for outcome in _outcomes(batch)
    ]
    changed = (await tx.driver_sql(_SQLITE, records)).rowcount
    if changed != len(records):
        raise _Uneven
    return batch.settlements


async def _write_postgresql(tx: Transaction, batch: Batch) -> Sequence[Settlement]:
    columns = [list(column) for column in zip(*_outcomes(batch), strict=True)]
    values = (batch.campaign.id, _WORDS[batch.origin], batch.fence, *columns)
    changed = (await tx.driver_sql(_POSTGRESQL, values)).scalars().all()
    if len(changed) == len(batch.settlements):
        return batch.settlements
    return [batch.settlements[number - 1] for number in sorted(changed)]


async def _write_one(tx: Transaction, batch: Batch, one: Settlement) -> bool:
    try:
        async with tx.savepoint():
            return (await tx.execute(_ONE, _values(batch, one))).rowcount == 1
    except IntegrityError:
        nameless = replace(one, provider_message_id=None, code=DUPLICATE_CODE, reason=DUPLICATE_REASON)
        return (await tx.execute(_ONE, _values(batch, nameless))).rowcount == 1


def _values(batch: Batch, one: Settlement) -> dict[str, Any]:
    (outcome,) = _outcomes(replace(batch, settlements=[one]))
    names = (*(f"to_{name}" for name in _SET), "back", "at_row")
    return dict(zip(names, outcome, strict=True)) | {
        "campaign": batch.campaign.id,
        "origin": _WORDS[batch.origin],
        "at_fence": batch.fence,
    }


def _outcomes(batch: Batch) -> list[tuple[Any, ...]]:
    """For each settlement the values of _SET, by how much its attempts go back, and its row."""
    salt = batch.campaign.sender_id.bytes
    return [
        (
            one.provider_message_id,
            None if one.provider_message_id is None else _key(salt, one.provider_message_id),
            _WORDS[one.status],
            one.code,
            one.reason,
            one.at if one.status is MessageStatus.SENT else None,
            None if one.status is MessageStatus.PENDING else one.at,
            one.not_before if one.status is MessageStatus.PENDING else None,
            0 if one.counts else 1,
            one.row,
        )
        for one in batch.settlements
    ]


def _key(salt: bytes, provider_message_id: str) -> int:
    digest = blake2b(salt + provider_message_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else to_micros(moment)
