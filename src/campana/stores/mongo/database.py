"""The database: its collections, with the few operations the store uses. All of them are single statements.

Writes are durable, on a majority of a replica set, before a verb goes on; reads see nothing that could be
undone.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from bson import CodecOptions
from pymongo import AsyncMongoClient, ReturnDocument, UpdateMany, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, InvalidURI
from pymongo.errors import ConfigurationError as DriverConfigurationError

from campana.domain.errors import ConfigurationError
from campana.stores.mongo.failures import duplicates_only, translated

Document = dict[str, Any]
Query = Mapping[str, Any]
Update = Mapping[str, Any]
Order = Sequence[tuple[str, int]]

DEFAULT_DATABASE = "campana"
DOCUMENT_OPTIONS: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC, document_class=dict)
_OPTIONS: dict[str, Any] = {
    "appname": "campana",
    "w": "majority",
    "journal": True,
    "readConcernLevel": "majority",
    "retryWrites": True,  # once, where the server can tell that it was done already; elsewhere not
    "serverSelectionTimeoutMS": 5_000,
    "connectTimeoutMS": 5_000,
    "socketTimeoutMS": 60_000,
    "maxPoolSize": 10,
}


class Collection:
    """One collection. What goes wrong is translated here (see failures)."""

    def __init__(self, inner: AsyncCollection[Document]) -> None:
        self._inner = inner

    async def find(self, query: Query, fields: Sequence[str] | None = None) -> Document | None:
        """The one document, with all fields or those named and its id."""
        with translated():
            return await self._inner.find_one(query, _projection(fields))

    async def find_all(
        self, query: Query, fields: Sequence[str] | None = None, *, order: Order = (), limit: int = 0
    ) -> list[Document]:
        """All that fit, up to `limit` where one is given."""
        with translated():
            cursor = self._inner.find(query, _projection(fields), limit=limit)
            if order:
                cursor = cursor.sort(list(order))
            return await cursor.to_list()

    async def raw(self) -> AsyncIterator[bytes]:
        """All there is as the server sends it, many documents at a time, each once."""
        with translated():
            async for some in self._inner.find_raw_batches({}, sort=[("_id", 1)]):
                yield cast("bytes", some)  # the driver's types take it for a document

    async def count(self, query: Query) -> int:
        """How many fit."""
        with translated():
            return await self._inner.count_documents(query)

    async def tally(self, field: str, query: Query) -> dict[Any, int]:
        """How many fit for each value of a field."""
        counted: list[Document] = [{"$match": query}, {"$group": {"_id": f"${field}", "count": {"$sum": 1}}}]
        with translated():
            found = await (await self._inner.aggregate(counted)).to_list()
        return {one["_id"]: one["count"] for one in found}

    async def distinct(self, field: str, query: Query) -> list[Any]:
        """The different values of a field."""
        with translated():
            return await self._inner.distinct(field, query)

    async def add(self, document: Document) -> None:
        """Raises Duplicate."""
        with translated():
            await self._inner.insert_one(document)

    async def add_all(self, documents: Sequence[Document]) -> None:
        """Raises Duplicate; then some are there and some not."""
        if documents:
            with translated():
                await self._inner.insert_many(documents, ordered=False)

    async def add_missing(self, documents: Sequence[Document]) -> int:
        """Add those that no unique index refuses; how many."""
        if not documents:
            return 0
        with translated():
            try:
                return len((await self._inner.insert_many(documents, ordered=False)).inserted_ids)
            except BulkWriteError as error:
                if not duplicates_only(error):
                    raise
                return int(error.details["nInserted"])

    async def change(self, query: Query, update: Update, *, upsert: bool = False) -> bool:
        """Change one document; whether there was one that fits. Raises Duplicate."""
        with translated():
            return (await self._inner.update_one(query, update, upsert=upsert)).matched_count == 1

    async def changed(self, query: Query, update: Update) -> Document | None:
        """Change one document; as it is then, in the same step."""
        with translated():
            return await self._inner.find_one_and_update(query, update, return_document=ReturnDocument.AFTER)

    async def change_all(self, query: Query, update: Update) -> int:
        """Change all that fit; how many there were."""
        with translated():
            return (await self._inner.update_many(query, update)).matched_count

    async def change_each(self, changes: Sequence[UpdateOne | UpdateMany]) -> None:
        """Many changes in one go, in any order."""
        if changes:
            with translated():
                await self._inner.bulk_write(changes, ordered=False)

    async def take_away(self, query: Query) -> Document | None:
        """Remove one document, and give it to nobody but this caller."""
        with translated():
            return await self._inner.find_one_and_delete(query)

    async def remove(self, query: Query) -> int:
        """Remove all that fit; how many there were."""
        with translated():
            return (await self._inner.delete_many(query)).deleted_count


class Database:
    """A database of a server at `url`. Belongs to the event loop it is used in."""

    def __init__(self, url: str) -> None:
        try:
            self._client: AsyncMongoClient[Document] = AsyncMongoClient(url, **_OPTIONS)
            self.inner = self._client.get_default_database(DEFAULT_DATABASE, codec_options=DOCUMENT_OPTIONS)
        except (InvalidURI, DriverConfigurationError, ValueError):
            raise ConfigurationError(
                "CAMPANA_DATABASE_URL cannot be read; write it like "
                "mongodb://user:password@host:27017/campana"
            ) from None

    def __getitem__(self, name: str) -> Collection:
        """The collection of that name."""
        return Collection(self.inner[name])

    async def now(self) -> datetime:
        """The server's own clock, to the millisecond."""
        with translated():
            told: datetime = (await self.inner.command("hello"))["localTime"]
        return told.astimezone(UTC)

    async def numbers(self, name: str, count: int) -> range:
        """So many whole numbers from 1 on, counted by that name, that nobody was given before."""
        counted = {"$inc": {"last": count}}
        await self["counters"].add_missing([{"_id": name, "last": 0}])
        counter = await self["counters"].changed({"_id": name}, counted)
        last: int = counter["last"] if counter else count
        return range(last - count + 1, last + 1)

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()


def _projection(fields: Sequence[str] | None) -> list[str] | None:
    return None if fields is None else list(fields)
