"""The collections: what the database itself refuses, and its indexes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from campana.domain.campaigns import CampaignStatus
from campana.domain.messages import MessageStatus
from campana.domain.recipients import SuppressionSource
from campana.stores.quarters import QUARTER_COLUMNS

_TEXT = {"bsonType": "string"}
_DATE = {"bsonType": "date"}
_COUNT = {"bsonType": ["int", "long"], "minimum": 0}
_TRUTH = {"bsonType": "bool"}
_COUNTED = [status.value.lower() for status in MessageStatus]
_IS_SCHEDULED = {"properties": {"status": {"enum": [CampaignStatus.SCHEDULED.value]}}}
_NOT_PENDING = {"properties": {"status": {"not": {"enum": [MessageStatus.PENDING.value]}}}}
_IS_SENDING = {"properties": {"status": {"enum": [MessageStatus.SENDING.value]}}}


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


def _index(*fields: str, unique: bool = False, where: Mapping[str, Any] | None = None) -> IndexSchema:
    return IndexSchema(fields, unique, where)


def _with(field: str) -> dict[str, Any]:
    return {field: {"$exists": True}}


def _either(rule: Mapping[str, Any], required: str) -> dict[str, Any]:
    """Where a document is like `rule` it has the field."""
    return {"anyOf": [{"not": dict(rule)}, {"required": [required]}]}


_ACCOUNTS = CollectionSchema(
    "accounts",
    {"name": _TEXT, "createdAt": _DATE, "seq": _COUNT, "optOuts": _COUNT},
    ("name", "seq", "optOuts"),
    (_index("nameKey", unique=True), _index("entry.seq", where=_with("entry"))),
)
_AUDIT = CollectionSchema(
    "auditEntries",
    {"action": _TEXT, "createdAt": _DATE},
    ("action", "createdAt"),
    (_index("accountId", "createdAt", "_id"),),
)
_USERS = CollectionSchema(
    "users",
    {"email": _TEXT, "accountId": _TEXT, "createdAt": _DATE},
    ("email", "accountId"),
    (_index("emailKey", unique=True), _index("accountId")),
)
_API_KEYS = CollectionSchema(
    "apiKeys",
    {"digest": _TEXT, "userId": _TEXT},
    ("digest", "userId"),
    (_index("digest", unique=True), _index("userId")),
)
_SESSIONS = CollectionSchema(
    "sessions",
    {"userId": _TEXT, "digest": _TEXT, "expiresAt": _DATE},
    ("userId", "digest", "expiresAt"),
    (_index("digest", unique=True), _index("userId"), _index("expiresAt")),
)
_LINKS = CollectionSchema(
    "links",
    {"purpose": _TEXT, "digest": _TEXT, "expiresAt": _DATE},
    ("purpose", "digest", "expiresAt"),
    (_index("digest", unique=True), _index("accountId"), _index("userId"), _index("expiresAt")),
)
_SECOND_FACTORS = CollectionSchema("secondFactors", {"sealedSecret": _TEXT}, ())
_ATTEMPTS = CollectionSchema(
    "attempts",
    {"number": _COUNT, "lastAt": _DATE, "nextAt": _DATE},
    ("number", "lastAt", "nextAt"),
    (_index("lastAt"),),
)
_SENDERS = CollectionSchema(
    "senders",
    {"name": _TEXT, "accountId": _TEXT, "createdAt": _DATE},
    ("name", "accountId"),
    (_index("accountId", "nameKey", unique=True),),
)
_LISTS = CollectionSchema(
    "recipientLists",
    {"accountId": _TEXT, "state": {"enum": ["OPEN", "CLOSED", "LEAVING", "GONE"]}, "createdAt": _DATE},
    ("accountId", "state"),
    (_index("accountId", "createdAt", "_id"), _index("state", "createdAt")),
)
_RECIPIENTS = CollectionSchema(
    "recipients",
    {"listId": _TEXT, "row": _COUNT, "phone": _TEXT, "name": _TEXT},
    ("listId", "row", "phone"),
    # A number stands in a list once: with a message for each recipient, nobody gets a campaign twice.
    (_index("listId", "row", unique=True), _index("listId", "phone", unique=True)),
)
_SEARCH = CollectionSchema(
    "recipientSearch",
    {"listId": _TEXT, "firstRow": _COUNT},
    ("listId", "firstRow"),
    (_index("listId", "firstRow", unique=True),),
)
_PROBLEMS = CollectionSchema(
    "rowProblems", {"listId": _TEXT, "row": _COUNT}, ("listId", "row"), (_index("listId", "row"),)
)
_CAMPAIGNS = CollectionSchema(
    "campaigns",
    {
        "accountId": _TEXT,
        "senderId": _TEXT,
        "recipientListId": _TEXT,
        "name": _TEXT,
        "status": {"enum": [status.value for status in CampaignStatus]},
        "opened": _TRUTH,
        "counts": {
            "bsonType": "object",
            "required": _COUNTED,
            "properties": dict.fromkeys(_COUNTED, _COUNT),
            "additionalProperties": False,
        },
        "reserved": _COUNT,
        "seq": _COUNT,
        **dict.fromkeys(("scheduledAt", "createdAt", "startedAt", "completedAt", "waitingUntil"), _DATE),
    },
    ("accountId", "senderId", "recipientListId", "name", "status", "counts", "reserved", "seq"),
    (
        _index("accountId", "status", "createdAt", "_id"),
        _index("accountId", "status", "scheduledAt", "_id"),
        _index("accountId", "status", "nameKey", "_id"),
        _index("accountId", "startedAt", "_id"),
        _index("status", "scheduledAt"),
        _index("senderId", "status"),
        _index("recipientListId"),
        _index("opened", "createdAt"),
        _index("accountId", "idempotencyKey", unique=True, where=_with("idempotencyKey")),
    ),
    (_either(_IS_SCHEDULED, "scheduledAt"),),
)
_MESSAGES = CollectionSchema(
    "messages",
    {
        "campaignId": _TEXT,
        "senderId": _TEXT,
        "row": _COUNT,
        "status": {"enum": [status.value for status in MessageStatus]},
        "attempts": _COUNT,
        "seq": _COUNT,
        "fence": _COUNT,
        "providerMessageId": _TEXT,
        **dict.fromkeys(("notBefore", "sentAt", "deliveredAt", "readAt", "settledAt"), _DATE),
    },
    ("campaignId", "row", "status", "attempts", "seq"),
    (
        _index("campaignId", "row", unique=True),
        _index("campaignId", "status", "row"),
        _index("campaignId", "seq", where={"seq": {"$gt": 0}}),
        _index("status", "sentAt", where={"status": MessageStatus.SENT.value}),
        _index("campaignId", "status", "code", where=_with("code")),
        _index("campaignId", "notBefore", where=_with("notBefore")),
        _index("providerKey", unique=True, where=_with("providerKey")),
    ),
    (
        _either(_IS_SENDING, "fence"),
        {"anyOf": [{"not": _NOT_PENDING}, {"not": {"required": ["notBefore"]}}]},
    ),
)
_SAMPLES = CollectionSchema(
    "paceSamples",
    {"campaignId": _TEXT, "bucket": _COUNT, "accepted": _COUNT},
    ("campaignId", "bucket", "accepted"),
    (_index("campaignId", "bucket", unique=True),),
)
_QUARTERS = CollectionSchema(
    "acceptedQuarters",
    {"campaignId": _TEXT, "accountId": _TEXT, "quarter": _COUNT, "seq": _COUNT}
    | dict.fromkeys(QUARTER_COLUMNS.values(), _COUNT),
    ("campaignId", "accountId", "quarter", "seq", *QUARTER_COLUMNS.values()),
    (_index("campaignId", "quarter", unique=True), _index("accountId", "quarter")),
)
_LANES = CollectionSchema(
    "lanes",
    {
        "seq": _COUNT,
        "fence": _COUNT,
        "inFlight": _COUNT,
        "owner": _TEXT,
        "used": {"bsonType": "object", "additionalProperties": _COUNT},
        **dict.fromkeys(("renewedAt", "quietFrom", "lookedAt"), _DATE),
    },
    ("seq", "fence", "inFlight", "used"),
    (_index("inFlight"), _index("entry.seq", where=_with("entry"))),
)
_HOSTS = CollectionSchema("hosts", {"askedAt": _DATE, "holdUntil": _DATE}, ("askedAt", "holdUntil"))
_DUTIES = CollectionSchema("duties", {"owner": _TEXT, "renewedAt": _DATE}, ("owner", "ttlMs"))
_INBOX = CollectionSchema(
    "inbox",
    {"senderId": _TEXT, "receivedAt": _DATE},
    ("senderId", "receivedAt", "body"),
    (_index("receivedAt"),),
)
_UNMATCHED = CollectionSchema(
    "unmatchedReceipts",
    {"senderId": _TEXT, "providerMessageId": _TEXT, "lookAt": _DATE},
    ("senderId", "providerMessageId", "status", "lookAt"),
    (
        _index("senderId", "providerMessageId", "status", unique=True),
        _index("lookAt"),
        _index("senderId", "phone"),
    ),
)
_WEBHOOKS = CollectionSchema(
    "webhooks", {"digest": _TEXT, "sealed": _TEXT}, ("digest", "sealed"), (_index("digest", unique=True),)
)
_DRAFTS = CollectionSchema(
    "drafts",
    {"userId": _TEXT, "changedAt": _DATE},
    ("userId", "changedAt"),
    (_index("userId", "changedAt", "_id"),),
)
_SAVED_TEMPLATES = CollectionSchema(
    "savedTemplates",
    {"accountId": _TEXT, "changedAt": _DATE},
    ("accountId", "template", "changedAt"),
    (_index("accountId", "template.name", "template.language", unique=True),),
)
_SUPPRESSIONS = CollectionSchema(
    "suppressions",
    {"accountId": _TEXT, "phone": _TEXT, "createdAt": _DATE},
    ("accountId", "phone"),
    (
        _index("accountId", "phone", unique=True),
        _index("source", where={"source": SuppressionSource.ERASURE.value}),
    ),
)
_ERASURES = CollectionSchema(
    "erasures",
    {"accountId": _TEXT, "digest": _TEXT, "begunAt": _DATE},
    ("accountId", "digest", "begunAt"),
    (_index("accountId"),),
)
_REPLIES = CollectionSchema(
    "replies",
    {"accountId": _TEXT, "senderId": _TEXT, "phone": _TEXT, "at": _DATE},
    ("accountId", "senderId", "phone", "text", "at", "providerMessageId"),
    (
        _index("senderId", "providerMessageId", unique=True),
        _index("providerMessageId"),
        _index("campaignId", "at", "_id"),
        _index("accountId", "phone"),
    ),
)
_FLAGS = CollectionSchema(
    "flags",
    {"accountId": _TEXT, "phone": _TEXT, "optedOut": _TRUTH, "notBefore": _DATE, "revision": _COUNT},
    ("accountId", "phone", "optedOut", "notBefore", "revision"),
    (_index("notBefore"),),
)
_WORKERS = CollectionSchema("workers", {"since": _DATE, "seenAt": _DATE}, ("since", "ttlMs"))

COLLECTIONS = (
    *(_ACCOUNTS, _USERS, _API_KEYS, _SENDERS, _LISTS, _RECIPIENTS, _SEARCH, _PROBLEMS),
    *(_CAMPAIGNS, _MESSAGES, _SAMPLES, _QUARTERS, _LANES, _HOSTS, _WORKERS),
    *(_SUPPRESSIONS, _REPLIES, _FLAGS, _ERASURES),
    *(_SESSIONS, _LINKS, _SECOND_FACTORS, _ATTEMPTS, _AUDIT),
    *(_DRAFTS, _SAVED_TEMPLATES, _DUTIES, _INBOX, _UNMATCHED, _WEBHOOKS),
)
