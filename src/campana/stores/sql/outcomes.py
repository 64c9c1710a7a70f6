"""Writing a batch of outcomes to messages, in each database's fastest way. Knows nothing of counts.

A provider's id that another message has already must not hold up the rest: then the batch is written row by
row, and that message is recorded without its id.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, case, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from campana.domain.messages import MessageStatus
from campana.engine.ports import Settlement
from campana.stores.sql.columns import to_micros
from campana.stores.sql.schema import messages

DUPLICATE_CODE = "duplicate_id"
DUPLICATE_REASON = "the provider gave it the id of another message, so receipts for it cannot be told apart"

_SET = (
    "provider_message_id", "provider_key", "status", "code", "reason", "sent_at", "settled_at", "not_before"
)  # fmt: skip
_SQLITE = (
    f"UPDATE messages SET {', '.join(f'{name} = ?' for name in _SET)}, attempts = max(attempts - ?, 0)"  # noqa: S608
    " WHERE campaign_id = ? AND row = ? AND status = ? AND fence = ?"
)
_POSTGRESQL = (
    f"UPDATE messages AS m SET {', '.join(f'{name} = v.{name}' for name in _SET)},"  # noqa: S608
    " attempts = greatest(m.attempts - v.back, 0)"
    " FROM unnest($3::uuid[], $4::int[], $5::int[], $6::text[], $7::bigint[], $8::text[], $9::text[],"
    " $10::text[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[])"
    f" WITH ORDINALITY AS v(campaign_id, row, back, {', '.join(_SET)}, n)"
    " WHERE m.campaign_id = v.campaign_id AND m.row = v.row AND m.status = $1 AND m.fence = $2"
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


@dataclass(frozen=True, slots=True)
class Batch:
    """Outcomes of messages that are in `origin` under one fence of one sender."""

    sender_id: UUID
    fence: int
    origin: MessageStatus
    settlements: Sequence[Settlement]


class _Uneven(Exception):
    """The batch changed another number of rows than it has."""


def provider_key(sender_id: UUID, provider_message_id: str) -> int:
    """Eight bytes that stand for a provider's id among all senders, as a signed number."""
    digest = blake2b(sender_id.bytes + provider_message_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


async def write_outcomes(connection: AsyncConnection, batch: Batch) -> list[Settlement]:
    """Those of the settlements that found their message in `origin` under the fence, and changed it."""
    if not batch.settlements:
        return []
    write = _write_sqlite if connection.dialect.name == "sqlite" else _write_postgresql
    try:
        async with connection.begin_nested():
            return await write(connection, batch)
    except (IntegrityError, _Uneven):
        return [one for one in batch.settlements if await _write_one(connection, batch, one)]


async def _write_sqlite(connection: AsyncConnection, batch: Batch) -> list[Settlement]:
    """All or, by _Uneven, none: SQLite tells how many rows a batch changed, not which."""
    records = [
        (
            *_outcome(batch, one)[:5],
            *(None if moment is None else to_micros(moment) for moment in _outcome(batch, one)[5:]),
            0 if one.counts else 1,
            one.campaign_id.bytes,
            one.row,
            batch.origin.value,
            batch.fence,
        )
        for one in batch.settlements
    ]
    changed = (await connection.exec_driver_sql(_SQLITE, records)).rowcount
    if changed != len(records):
        raise _Uneven
    return list(batch.settlements)


async def _write_postgresql(connection: AsyncConnection, batch: Batch) -> list[Settlement]:
    heads = [(one.campaign_id, one.row, 0 if one.counts else 1) for one in batch.settlements]
    outcomes = [_outcome(batch, one) for one in batch.settlements]
    columns = (*zip(*heads, strict=True), *zip(*outcomes, strict=True))
    values = (batch.origin.value, batch.fence, *map(list, columns))
    changed = (await connection.exec_driver_sql(_POSTGRESQL, values)).scalars()
    return [batch.settlements[number - 1] for number in sorted(changed)]


async def _write_one(connection: AsyncConnection, batch: Batch, one: Settlement) -> bool:
    try:
        async with connection.begin_nested():
            return (await connection.execute(_ONE, _values(batch, one))).rowcount == 1
    except IntegrityError:
        nameless = replace(one, provider_message_id=None, code=DUPLICATE_CODE, reason=DUPLICATE_REASON)
        return (await connection.execute(_ONE, _values(batch, nameless))).rowcount == 1


def _values(batch: Batch, one: Settlement) -> dict[str, Any]:
    outcome = zip(_SET, _outcome(batch, one), strict=True)
    return {f"to_{name}": value for name, value in outcome} | {
        "campaign": one.campaign_id,
        "at_row": one.row,
        "origin": batch.origin.value,
        "at_fence": batch.fence,
        "back": 0 if one.counts else 1,
    }


def _outcome(batch: Batch, one: Settlement) -> tuple[Any, ...]:
    """In the order of _SET."""
    key = None
    if one.provider_message_id is not None:
        key = provider_key(batch.sender_id, one.provider_message_id)
    put_back = one.status is MessageStatus.PENDING
    return (
        one.provider_message_id,
        key,
        one.status.value,
        one.code,
        one.reason,
        one.at if one.status is MessageStatus.SENT else None,
        None if put_back else one.at,
        one.not_before if put_back else None,
    )
