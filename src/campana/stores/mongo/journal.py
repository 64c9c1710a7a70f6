"""Changes of a sender's campaigns and their messages: all of them go through the sender's lane, one entry
after the other (see entries).
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from campana.stores.mongo.changes import Change, carry_out, written
from campana.stores.mongo.database import Database, Document
from campana.stores.mongo.entries import Entries
from campana.stores.mongo.lane import EPOCH, UNUSED, Lane
from campana.stores.mongo.news import news_of

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_STEP_ASIDE_S = 0.05
"""Two lanes that outran each other begin again at different moments."""


@dataclass(frozen=True, slots=True)
class Entry(Generic[T_co]):
    """What a verb decided: its result, what changes in campaigns and messages, and what in the lane.

    `lane` is an update in the database's words, of everything but `seq` and `entry`.
    """

    result: T_co
    changes: Sequence[Change] = ()
    lane: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Journal:
    """Reads and writes of what belongs to a sender. Tasks of one process take turns; processes race."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lanes = database["lanes"]
        self._entries = Entries(self._lanes, partial(carry_out, database))
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def write(
        self,
        sender_id: UUID,
        decide: Callable[[Lane], Awaitable[Entry[T]]],
        *,
        rivals: Sequence[str] = (),
    ) -> T | None:
        """Carry out what `decide` makes of the lane and of what it reads meanwhile; its result.

        It is asked again when something changed before its entry was written, so what it read is true at
        that moment; of other lanes only what the `rivals` wrote. None when there is no such sender. What
        `decide` raises changes nothing.
        """
        async with self._turn(sender_id):
            while (lane := await self._look(sender_id)) is not None:
                await self._outrun(rivals)
                entry = await decide(lane)
                if not (entry.changes or entry.lane):
                    return entry.result
                news = await news_of(self._database, sender_id, entry.changes, lane.now)
                if await self._commit(lane, replace(entry, changes=[*entry.changes, *news])):
                    return entry.result
                if rivals:
                    await asyncio.sleep(random.uniform(0, _STEP_ASIDE_S))
        return None

    async def read(self, sender_id: UUID, look: Callable[[Lane], Awaitable[T]]) -> T | None:
        """What `look` sees, all of it as of one moment. None when there is no such sender."""
        async with self._turn(sender_id):
            while (lane := await self._look(sender_id, timed=False)) is not None:
                seen = await look(lane)
                if await self._lanes.find({"_id": str(sender_id), "seq": lane.seq}, ["seq"]):
                    return seen
        return None

    async def write_about(
        self, campaign_id: UUID, decide: Callable[[Lane, Document], Awaitable[Entry[T]]]
    ) -> T | None:
        """The same for a campaign, by its document. None when there is no such campaign."""
        me = {"_id": str(campaign_id)}
        campaigns = self._database["campaigns"]

        async def decide_on(lane: Lane) -> Entry[T | None]:
            campaign = await campaigns.find(me)
            return Entry(None) if campaign is None else await decide(lane, campaign)

        found = await campaigns.find(me, ["senderId"])
        return None if found is None else await self.write(UUID(found["senderId"]), decide_on)

    async def catch_up(self) -> None:
        """Carry out whatever anybody left behind."""
        await self._entries.catch_up()

    def _turn(self, sender_id: UUID) -> asyncio.Lock:
        return self._turns.setdefault(sender_id, asyncio.Lock())

    async def _outrun(self, rivals: Sequence[str]) -> None:
        """Whoever decides on one of these lanes just now has to look again, and then sees what we write; what
        was decided before, we see."""
        if rivals:
            theirs = {"_id": {"$in": list(rivals)}}
            await self._lanes.change_all(theirs, {"$inc": {"seq": 1}})
            await self._entries.catch_up(theirs)

    async def _look(self, sender_id: UUID, *, timed: bool = True) -> Lane | None:
        """The lane with nothing left to carry out; where it is `timed`, by the database's clock."""
        while (document := await self._entries.look(str(sender_id), timed=timed)) is None:
            if not await self._begin(sender_id):
                return None
        return Lane.of(document, document.get("lookedAt", EPOCH))

    async def _begin(self, sender_id: UUID) -> bool:
        """Make the lane of a sender that was never used; whether there is such a sender."""
        if await self._database["senders"].find({"_id": str(sender_id)}, ["_id"]) is None:
            return False
        await self._lanes.add_missing([{"_id": str(sender_id), **UNUSED}])
        return True

    async def _commit(self, lane: Lane, entry: Entry[T]) -> bool:
        seen = {"_id": str(lane.sender_id), "seq": lane.seq}
        return await self._entries.commit(seen, written(entry.changes), entry.lane)
