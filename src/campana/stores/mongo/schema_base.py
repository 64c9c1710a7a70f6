"""What a collection is, in this store's words, and the parts schemas are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TEXT = {"bsonType": "string"}
DATE = {"bsonType": "date"}
COUNT = {"bsonType": ["int", "long"], "minimum": 0}
TRUTH = {"bsonType": "bool"}


@dataclass(frozen=True, slots=True)
class IndexSchema:
    """An index over fields, of those documents only that are like `where`."""

    fields: tuple[str, ...]
    unique: bool = False
    where: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class CollectionSchema:
    """A collection with its JSON schema, which names what invariants need and lets the rest be."""

    name: str
    properties: Mapping[str, Any]
    required: tuple[str, ...]
    indexes: tuple[IndexSchema, ...] = ()
    all_of: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def validator(self) -> dict[str, Any]:
        """The JSON schema as the database takes it."""
        rules: dict[str, Any] = {"bsonType": "object"}
        if self.required:
            rules["required"] = list(self.required)
        rules["properties"] = dict(self.properties)
        return rules | ({"allOf": list(self.all_of)} if self.all_of else {})


def index(*fields: str, unique: bool = False, where: Mapping[str, Any] | None = None) -> IndexSchema:
    """An index over these fields."""
    return IndexSchema(fields, unique, where)


def having(field: str) -> dict[str, Any]:
    """Like a document that has the field."""
    return {field: {"$exists": True}}


def either(rule: Mapping[str, Any], required: str) -> dict[str, Any]:
    """Where a document is like `rule` it has the field."""
    return {"anyOf": [{"not": dict(rule)}, {"required": [required]}]}
