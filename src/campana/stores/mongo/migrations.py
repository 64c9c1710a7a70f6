"""Bringing a database to this version's collections, validators and indexes.

All of it may be done again at any time, by several processes at once: the version is written last. A version
that has to change documents does so here as well, in steps that may be repeated.
"""

from typing import Any

from pymongo.errors import CollectionInvalid, OperationFailure

from campana.stores.mongo.database import Database
from campana.stores.mongo.failures import NOT_IMPLEMENTED, translated
from campana.stores.mongo.schema import COLLECTIONS
from campana.stores.mongo.schema_base import CollectionSchema, IndexSchema

HEAD = "0003"
"""The newest version of the collections; raise it with every change of the schema."""
OLDEST = "0002"
"""The oldest version whose processes can work with HEAD: raise it to HEAD with a change that they cannot live
with, such as a field that has to be there or a status they do not know."""

_VERSION = {"_id": "version"}


async def upgrade(database: Database) -> None:
    """Bring the database to HEAD. Raises StoreUnavailable when it cannot be asked or written."""
    found = await current(database)
    if found is not None and found >= HEAD:
        return
    with translated():
        for schema in COLLECTIONS:
            await _make(database, schema)
    await database["meta"].change(_VERSION, {"$max": {"version": HEAD, "oldest": OLDEST}}, upsert=True)


async def current(database: Database) -> str | None:
    """The version the database is at; None for an empty one."""
    found = await database["meta"].find(_VERSION)
    return None if found is None else str(found["version"])


async def oldest(database: Database) -> str | None:
    """The oldest version that can work with the database, as it says; None where it says nothing."""
    found = await database["meta"].find(_VERSION)
    return None if found is None else found.get("oldest")


def breaks(version: str | None) -> bool:
    """Whether what works with a database of that version cannot go on with HEAD's collections."""
    return version is not None and version < OLDEST


async def _make(database: Database, schema: CollectionSchema) -> None:
    try:
        await _make_collection(database, schema.name, {"$jsonSchema": schema.validator})
    except OperationFailure as error:
        if error.code != NOT_IMPLEMENTED:
            raise
    for index in schema.indexes:
        await _make_index(database, schema.name, index)


async def _make_collection(database: Database, name: str, validator: dict[str, Any]) -> None:
    """Or give the one that is there this validator. FerretDB has no validators."""
    try:
        await database.inner.create_collection(name, validator=validator)
    except CollectionInvalid:
        await database.inner.command("collMod", name, validator=validator)


async def _make_index(database: Database, collection: str, index: IndexSchema) -> None:
    """FerretDB has no partial indexes, but its unique ones let documents without the field be."""
    name = "_".join(index.fields)
    keys = [(field, 1) for field in index.fields]
    options: dict[str, Any] = {"unique": True} if index.unique else {}
    where = {"partialFilterExpression": dict(index.where)} if index.where else {}
    try:
        await database.inner[collection].create_index(keys, name=name, **options | where)
    except OperationFailure as error:
        if error.code != NOT_IMPLEMENTED:
            raise
        await database.inner[collection].create_index(keys, name=name, **options)
