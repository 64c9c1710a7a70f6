"""The content of the database as it was at one moment, in files.

No server is asked for a view of one moment: a single MongoDB server has none, and a replica set keeps one
for five minutes. Everything is read as it comes, in an order in which nothing gets lost: what is worked off
before what it turns into, what refers to others before them. Then the journal tells what changed meanwhile:
of each sender everything with a later number is read again, until the lane stood still while it was read. So
what there is of a sender's campaigns, messages and lane is of one moment. Campaigns that were not open when
it began are told as still in the making: nobody counts on those.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from bson import decode_file_iter

from campana.engine.ports.copying import Kind, Record
from campana.stores.mongo.account_journal import AccountJournal
from campana.stores.mongo.database import DOCUMENT_OPTIONS, Database, Document
from campana.stores.mongo.journal import Journal
from campana.stores.mongo.lane import Lane
from campana.stores.mongo.lists import State

_BATCH = 1000
_FIRST = ("inbox", "unmatchedReceipts", "replies")
_THEN = (
    *(
        "suppressions",
        "flags",
        "erasures",
        "apiKeys",
        "sessions",
        "links",
        "secondFactors",
        "attempts",
        "drafts",
    ),
    *("savedTemplates", "auditEntries", "webhooks", "duties", "hosts", "workers"),
    *("outbox", "deliveries", "endpoints", "noticeAddresses"),
    *("messages", "paceSamples", "acceptedQuarters", "campaigns"),
    *("recipients", "recipientSearch", "rowProblems", "recipientLists"),
    *("lanes", "senders", "users", "accounts"),
)
_OF_USERS = {"secondFactors": "_id"} | dict.fromkeys(("apiKeys", "sessions", "links", "drafts"), "userId")


class Shape(Protocol):
    """How records of a kind are found in documents."""

    @property
    def collection(self) -> str: ...
    def records(self, document: Mapping[str, Any]) -> Sequence[Record]: ...


@dataclass(slots=True)
class Files:
    """A file for each collection, and the documents that changed or came while they were written."""

    folder: Path
    opened: frozenset[str]
    newer: dict[str, dict[str, Document]] = field(default_factory=dict)

    def documents(self, collection: str) -> Iterator[Document]:
        """Those of the moment."""
        newer = dict(self.newer.get(collection, ()))
        users = frozenset(one["_id"] for one in self._written("users")) if collection in _OF_USERS else None
        for document in self._written(collection):
            present = newer.pop(document["_id"], document)
            if collection == "campaigns" and present["_id"] not in self.opened:
                present["opened"] = False
            if self._belongs(collection, present, users):
                yield present
        yield from newer.values()

    def note(self, collection: str, documents: Sequence[Document]) -> None:
        """These are newer than those in the file."""
        self.newer.setdefault(collection, {}).update((one["_id"], one) for one in documents)

    async def write(self, database: Database, collection: str) -> None:
        """All there is just now."""
        with self._path(collection).open("wb") as file:
            async for some in database[collection].raw():
                file.write(some)

    def _belongs(self, collection: str, document: Document, users: frozenset[str] | None) -> bool:
        """Not to somebody who is gone, and no list on its way out."""
        if users is not None:
            owner = document.get(_OF_USERS[collection])
            return owner is None or owner in users
        return collection != "recipientLists" or document["state"] != State.GONE

    def _written(self, collection: str) -> Iterator[Document]:
        with self._path(collection).open("rb") as file:
            yield from decode_file_iter(file, DOCUMENT_OPTIONS)

    def _path(self, collection: str) -> Path:
        return self.folder / f"{collection}.bson"


class FileSnapshot:
    """See Snapshot."""

    def __init__(self, shapes: Mapping[str, Shape], files: Files) -> None:
        self._shapes = shapes
        self._files = files

    async def records(self, kind: Kind) -> AsyncIterator[Sequence[Record]]:
        shape = self._shapes[kind.name]
        batch: list[Record] = []
        for document in self._files.documents(shape.collection):
            batch += shape.records(document)
            if len(batch) >= _BATCH:
                yield batch
                batch = []
        if batch:
            yield batch


async def taken(database: Database, journal: Journal, account_journal: AccountJournal, folder: Path) -> Files:
    """Everything, in files in that folder."""
    senders = [UUID(one["_id"]) for one in await database["senders"].find_all({}, ["_id"])]
    since = {sender_id: await journal.read(sender_id, _number) or 0 for sender_id in senders}
    opened = await database["campaigns"].find_all({"opened": True}, ["_id"])
    files = Files(folder, frozenset(one["_id"] for one in opened))
    for collection in _FIRST:
        await files.write(database, collection)
    await account_journal.catch_up()  # what follows from the replies is there
    for collection in _THEN:
        await files.write(database, collection)
    for sender_id, seq in since.items():
        await _Catching(database, files, seq).up(journal, sender_id)
    return files


@dataclass(slots=True)
class _Catching:
    """Reading again what a sender's journal wrote after a number."""

    database: Database
    files: Files
    since: int

    async def up(self, journal: Journal, sender_id: UUID) -> None:
        """Return when everything noted is of one moment."""
        await journal.read(sender_id, self._look)

    async def _look(self, lane: Lane) -> None:
        me, later = str(lane.sender_id), {"seq": {"$gt": self.since}}
        campaigns = await self.database["campaigns"].find_all({"senderId": me, **later})
        self.files.note("campaigns", [one for one in campaigns if one["_id"] in self.files.opened])
        for campaign in self.files.opened & {one["_id"] for one in campaigns}:
            mine = {"campaignId": campaign}
            self.files.note("messages", await self.database["messages"].find_all(mine | later))
            for name in ("paceSamples", "acceptedQuarters"):
                self.files.note(name, await self.database[name].find_all(mine))
        self.files.note("lanes", await self.database["lanes"].find_all({"_id": me}))
        self.since = lane.seq


async def _number(lane: Lane) -> int:
    return lane.seq
