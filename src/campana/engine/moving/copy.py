"""From one store to another, of whatever sort. Can be repeated after it was broken off."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from campana.domain.errors import Conflict
from campana.engine.moving.records import Sum
from campana.engine.ports import LaneHolder
from campana.engine.ports.copying import Copying, Kind

CAMPAIGNS = "campaigns"


class Movable(Copying, Protocol):
    """What is asked of both sides."""

    async def holders(self) -> Sequence[LaneHolder]:
        """See Lanes."""


async def copy(source: Movable, target: Movable) -> AsyncIterator[tuple[str, int]]:
    """Copies kind by kind, and tells each kind's name and number when the target holds it exactly.

    Campaigns come last: until everything they need is there, nothing can be sent from the target. Raises
    Conflict when a lane is alive on one of the sides, when their forms differ, or when a kind is not the
    same in the end.
    """
    for store, name in ((source, "source"), (target, "target")):
        await _check_idle(store, name)
    kinds = source.kinds()
    if _forms(kinds) != _forms(target.kinds()):
        raise Conflict("the two databases are of different forms; run `campana db upgrade` on both")
    async with source.snapshot() as snapshot:
        for kind in campaigns_last(kinds):
            sent = Sum()
            async for records in snapshot.records(kind):
                sent.add(records)
                await target.add_records(kind, records)
            found = await _sum(target, kind)
            if found != sent:
                raise Conflict(
                    f"{kind.name}: {sent.count} records in the source, {found.count} in the target, or other "
                    "ones; the source changed meanwhile, or the target was not empty: empty it and begin anew"
                )
            yield kind.name, found.count
    await target.records_added()


def campaigns_last(kinds: Sequence[Kind]) -> list[Kind]:
    """The same, with campaigns and what needs them at the end."""
    late = {CAMPAIGNS}
    for kind in kinds:
        if kind.needs & late:
            late.add(kind.name)
    return sorted(kinds, key=lambda kind: kind.name in late)


def _forms(kinds: Sequence[Kind]) -> dict[str, tuple[str, ...]]:
    return {kind.name: kind.fields for kind in kinds}


async def _check_idle(store: Movable, name: str) -> None:
    alive = [holder for holder in await store.holders() if holder.expires_in_s > 0]
    if alive:
        host = alive[0].owner.partition("|")[0]
        raise Conflict(
            f"{len(alive)} lanes of the {name} are held (by a process on {host}); "
            "stop every campana serve, web and worker of both databases first"
        )


async def _sum(store: Copying, kind: Kind) -> Sum:
    found = Sum()
    async with store.snapshot() as snapshot:
        async for records in snapshot.records(kind):
            found.add(records)
    return found
