"""What was accepted in each quarter of an hour: a document for each campaign and quarter, changed by the
journal together with the messages. Tests have none."""

from collections.abc import Iterable
from dataclasses import dataclass

from campana.stores.held import Held
from campana.stores.mongo.changes import QuarterChange
from campana.stores.mongo.database import Database
from campana.stores.quarters import QUARTER_COLUMNS, QuarterMoves


@dataclass(frozen=True, slots=True)
class Moved:
    """What messages of a campaign moved."""

    held: Held
    moves: QuarterMoves


async def quarter_changes(database: Database, moved: Iterable[Moved]) -> list[QuarterChange]:
    """The quarters of these campaigns as they are after the moves."""
    return [change for one in moved for change in await _of_campaign(database, one.held, one.moves)]


async def _of_campaign(database: Database, held: Held, moves: QuarterMoves) -> list[QuarterChange]:
    by_number: dict[int, dict[str, int]] = {}
    for (number, status), by in moves.items():
        if by:
            by_number.setdefault(number, {})[QUARTER_COLUMNS[status]] = by
    if not by_number or not held.bulk:
        return []
    mine = {"campaignId": str(held.id), "quarter": {"$in": sorted(by_number)}}
    present = {one["quarter"]: one for one in await database["acceptedQuarters"].find_all(mine)}
    return [
        QuarterChange(held.id, held.account_id, number, _after(present.get(number, {}), by))
        for number, by in by_number.items()
    ]


def _after(present: dict[str, int], by: dict[str, int]) -> dict[str, int]:
    return {name: present.get(name, 0) + by.get(name, 0) for name in QUARTER_COLUMNS.values()}
