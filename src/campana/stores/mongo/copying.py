"""All that the database holds, out of one moment and into another database."""

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from graphlib import TopologicalSorter
from pathlib import Path

from campana.engine.ports.copying import Kind, Record, Snapshot
from campana.stores.mongo.database import Database
from campana.stores.mongo.kinds import DOCUMENTS
from campana.stores.mongo.kinds_outgoing import OUTGOING
from campana.stores.mongo.kinds_within import PARTS
from campana.stores.mongo.part import Part
from campana.stores.mongo.snapshots import FileSnapshot, taken

_SHAPES = {shape.name: shape for shape in (*DOCUMENTS, *OUTGOING, *PARTS)}
_COUNTED = ("inbox", "outbox", "unmatchedReceipts", "rowProblems")
"""Collections whose ids are numbers given out by their name."""


class Copying(Part):
    """See the port of that name. Kinds are those of every store: see kinds."""

    def kinds(self) -> Sequence[Kind]:
        needs = {name: sorted(shape.needs) for name, shape in sorted(_SHAPES.items())}
        return [_SHAPES[name].kind for name in TopologicalSorter(needs).static_order()]

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """Takes as long to begin as it takes to read everything into files, which go when it ends."""
        with tempfile.TemporaryDirectory(prefix="campana-snapshot-") as folder:
            files = await taken(self._database, self._journal, self._account_journal, Path(folder))
            yield FileSnapshot(_SHAPES, files)

    async def add_records(self, kind: Kind, records: Sequence[Record]) -> None:
        await _SHAPES[kind.name].add(self._database, records)

    async def records_added(self) -> None:
        """Also what only this store has beside the records: see loading, and the messages' sender."""
        for name in _COUNTED:
            last = await self._database[name].find_all({}, ["_id"], order=[("_id", -1)], limit=1)
            if last:
                raised = {"$max": {"last": last[0]["_id"]}}
                await self._database["counters"].change({"_id": name}, raised, upsert=True)
        for campaign in await self._database["campaigns"].find_all({}, ["senderId", "opened"]):
            nobodys = {"campaignId": campaign["_id"], "senderId": {"$exists": False}}
            sender = {"$set": {"senderId": campaign["senderId"]}}
            await self._database["messages"].change_all(nobodys, sender)
            if not campaign["opened"]:
                await _go_on_loading(self._database, campaign["_id"])


async def _go_on_loading(database: Database, campaign_id: str) -> None:
    """A campaign in the making goes on behind the messages it has."""
    mine = {"campaignId": campaign_id}
    last = await database["messages"].find_all(mine, ["row"], order=[("row", -1)], limit=1)
    loaded = {"$set": {"loadedRow": last[0]["row"] if last else 0}}
    await database["campaigns"].change({"_id": campaign_id, "opened": False}, loaded)
