"""Writing a batch of outcomes to messages, in each database's fastest way. Knows nothing of counts.

A provider's id that another message has already must not hold up the rest: then the batch is written row by
row, and that message is recorded without its id.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, update
from sqlalchemy.exc import IntegrityError

from campana.domain.messages import MessageStatus
from campana.domain.times import as_utc
from campana.engine.ports import Settlement
from campana.stores.digests import salted_key
from campana.stores.held import Held
from campana.stores.reasons import DUPLICATE_CODE, DUPLICATE_REASON
from campana.stores.sql.columns import to_micros
from campana.stores.sql.schema import messages
from campana.stores.sql.transactions import Transaction

_SET = (
    *("provider_message_id", "provider_key", "status", "code", "reason"),
    *("sent_at", "settled_at", "not_before"),
)
_SQLITE = (
    f"UPDATE messages SET {', '.join(f'{name} = ?' for name in _SET)}, attempts = max(attempts - ?, 0)"  # noqa: S608
    " WHERE row = ? AND campaign_id = ? AND status = ? AND fence = ?"
)
_POSTGRESQL = (
    f"UPDATE messages AS m SET {', '.join(f'{name} = v.{name}' for name in _SET)},"  # noqa: S608
    " attempts = greatest(m.attempts - v.back, 0)"
    " FROM unnest($4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[],"
    " $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::int[], $13::int[])"
    f" WITH ORDINALITY AS v({', '.join(_SET)}, back, row, n)"
    " WHERE m.campaign_id = $1 AND m.row = v.row AND m.status = $2 AND m.fence = $3"
    " AND m.row BETWEEN $14 AND $15 RETURNING v.n"
)
# The planner takes the batch for a handful of rows, and would compare each with each.
_BY_HASH = "SET LOCAL enable_nestloop = off"
_FEW = 32
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


class Uneven(Exception):
    """The batch changed another number of rows than it has, and cannot say which."""


async def write_outcomes(tx: Transaction, batch: Batch, *, singly: bool) -> Sequence[Settlement]:
    """Those of the settlements that found their message in `origin` under the fence, and changed it.

    Raises Uneven or IntegrityError when the transaction has to be begun again, `singly`.
    """
    if not batch.settlements:
        return ()
    if singly:
        return [one for one in batch.settlements if await _write_one(tx, batch, one)]
    return await (_write_sqlite(tx, batch) if tx.is_sqlite else _write_postgresql(tx, batch))


async def _write_sqlite(tx: Transaction, batch: Batch) -> Sequence[Settlement]:
    where = (batch.campaign.id.bytes, _WORDS[batch.origin], batch.fence)
    records = [outcome + where for outcome in _outcomes(batch, to_micros)]
    changed = (await tx.driver_sql(_SQLITE, records)).rowcount
    if changed != len(records):
        raise Uneven
    return batch.settlements


async def _write_postgresql(tx: Transaction, batch: Batch) -> Sequence[Settlement]:
    columns = [list(column) for column in zip(*_outcomes(batch, as_utc), strict=True)]
    rows = columns[-1]
    values = (batch.campaign.id, _WORDS[batch.origin], batch.fence, *columns, min(rows), max(rows))
    if len(rows) > _FEW:
        await tx.driver_sql(_BY_HASH, ())
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
    (outcome,) = _outcomes(replace(batch, settlements=[one]), as_utc)
    names = (*(f"to_{name}" for name in _SET), "back", "at_row")
    return dict(zip(names, outcome, strict=True)) | {
        "campaign": batch.campaign.id,
        "origin": _WORDS[batch.origin],
        "at_fence": batch.fence,
    }


def _outcomes(batch: Batch, moment: Callable[[datetime], Any]) -> list[tuple[Any, ...]]:
    """For each settlement the values of _SET, by how much its attempts go back, and its row.

    `moment` is how the database takes a time.
    """
    salt = batch.campaign.sender_id.bytes
    return [_outcome(one, salt, moment(one.at), moment) for one in batch.settlements]


def _outcome(one: Settlement, salt: bytes, at: Any, moment: Callable[[datetime], Any]) -> tuple[Any, ...]:
    status, name = one.status, one.provider_message_id
    put_back = status is MessageStatus.PENDING
    return (
        name,
        None if name is None else salted_key(salt, name),
        _WORDS[status],
        one.code,
        one.reason,
        at if status is MessageStatus.SENT else None,
        None if put_back else at,
        moment(one.not_before) if put_back and one.not_before else None,
        0 if one.counts else 1,
        one.row,
    )
