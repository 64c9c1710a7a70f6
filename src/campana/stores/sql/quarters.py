"""What was accepted in each quarter of an hour, by where it stands now: changed together with the counts, so
that reports need not look at messages. Whoever changes it has locked the campaign; tests have none of it."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from campana.domain.messages import MessageStatus
from campana.stores.held import Held
from campana.stores.quarters import QUARTER_COLUMNS, QuarterMoves
from campana.stores.sql.columns import quarter
from campana.stores.sql.schema import accepted_quarters, messages
from campana.stores.sql.transactions import Transaction

_KEY = ["campaign_id", "quarter"]
_BEGIN = {
    True: sqlite.insert(accepted_quarters).on_conflict_do_nothing(index_elements=_KEY),
    False: postgresql.insert(accepted_quarters).on_conflict_do_nothing(index_elements=_KEY),
}
_MOVE = (
    update(accepted_quarters)
    .where(
        accepted_quarters.c.campaign_id == bindparam("campaign"),
        accepted_quarters.c.quarter == bindparam("at_quarter"),
    )
    .values({name: accepted_quarters.c[name] + bindparam(f"by_{name}") for name in QUARTER_COLUMNS.values()})
)


async def move_quarters(tx: Transaction, changes: Iterable[tuple[Held, QuarterMoves]]) -> None:
    """Write the moves of held campaigns."""
    by_place: dict[tuple[UUID, int], dict[str, int]] = {}
    accounts: dict[UUID, UUID] = {}
    for campaign, moves in changes:
        if not campaign.bulk:
            continue
        accounts[campaign.id] = campaign.account_id
        for (number, status), by in moves.items():
            place = by_place.setdefault((campaign.id, number), dict.fromkeys(QUARTER_COLUMNS.values(), 0))
            place[QUARTER_COLUMNS[status]] += by
    moved = {key: by for key, by in by_place.items() if any(by.values())}
    if not moved:
        return
    new = [
        {"campaign_id": campaign_id, "quarter": number, "account_id": accounts[campaign_id]}
        for (campaign_id, number), by in moved.items()
        if sum(by.values()) > 0
    ]
    if new:
        await tx.execute(_BEGIN[tx.is_sqlite], new)
    await tx.execute(_MOVE, [_values(key, by) for key, by in moved.items()])


def _values(key: tuple[UUID, int], by: Mapping[str, int]) -> dict[str, object]:
    return {"campaign": key[0], "at_quarter": key[1]} | {f"by_{name}": count for name, count in by.items()}


async def of_first(tx: Transaction, campaign: Held, status: MessageStatus, limit: int) -> QuarterMoves:
    """How the first messages in a state, in row order, lie in the quarters; with a minus: they leave it."""
    if status not in QUARTER_COLUMNS:
        return {}
    first = (
        select(messages.c.sent_at)
        .where(messages.c.campaign_id == campaign.id, messages.c.status == status.value)
        .order_by(messages.c.row)
        .limit(limit)
        .subquery()
    )
    place = quarter(first.c.sent_at).label("quarter")
    query = select(place, func.count().label("number")).where(first.c.sent_at.is_not(None)).group_by(place)
    return {(row.quarter, status): -row.number for row in (await tx.execute(query)).all()}
