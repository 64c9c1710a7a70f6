"""Collections about accounts: people, what they decided, who must not be messaged, who is told."""

from campana.domain.endpoints import DeliveryStatus
from campana.domain.recipients import SuppressionSource
from campana.stores.mongo.schema_base import COUNT, DATE, TEXT, TRUTH, CollectionSchema, having, index

_ACCOUNTS = CollectionSchema(
    "accounts",
    {"name": TEXT, "createdAt": DATE, "seq": COUNT, "optOuts": COUNT},
    ("name", "seq", "optOuts"),
    (index("nameKey", unique=True), index("entry.seq", where=having("entry"))),
)
_AUDIT = CollectionSchema(
    "auditEntries",
    {"action": TEXT, "createdAt": DATE},
    ("action", "createdAt"),
    (index("accountId", "createdAt", "_id"),),
)
_USERS = CollectionSchema(
    "users",
    {"email": TEXT, "accountId": TEXT, "createdAt": DATE},
    ("email", "accountId"),
    (index("emailKey", unique=True), index("accountId")),
)
_API_KEYS = CollectionSchema(
    "apiKeys",
    {"digest": TEXT, "userId": TEXT},
    ("digest", "userId"),
    (index("digest", unique=True), index("userId")),
)
_SESSIONS = CollectionSchema(
    "sessions",
    {"userId": TEXT, "digest": TEXT, "expiresAt": DATE},
    ("userId", "digest", "expiresAt"),
    (index("digest", unique=True), index("userId"), index("expiresAt")),
)
_LINKS = CollectionSchema(
    "links",
    {"purpose": TEXT, "digest": TEXT, "expiresAt": DATE},
    ("purpose", "digest", "expiresAt"),
    (index("digest", unique=True), index("accountId"), index("userId"), index("expiresAt")),
)
_SECOND_FACTORS = CollectionSchema("secondFactors", {"sealedSecret": TEXT}, ())
_ATTEMPTS = CollectionSchema(
    "attempts",
    {"number": COUNT, "lastAt": DATE, "nextAt": DATE},
    ("number", "lastAt", "nextAt"),
    (index("lastAt"),),
)
_DRAFTS = CollectionSchema(
    "drafts",
    {"userId": TEXT, "changedAt": DATE},
    ("userId", "changedAt"),
    (index("userId", "changedAt", "_id"),),
)
_SAVED_TEMPLATES = CollectionSchema(
    "savedTemplates",
    {"accountId": TEXT, "changedAt": DATE},
    ("accountId", "template", "changedAt"),
    (index("accountId", "template.name", "template.language", unique=True),),
)
_SUPPRESSIONS = CollectionSchema(
    "suppressions",
    {"accountId": TEXT, "phone": TEXT, "createdAt": DATE},
    ("accountId", "phone"),
    (
        index("accountId", "phone", unique=True),
        index("source", where={"source": SuppressionSource.ERASURE.value}),
    ),
)
_ERASURES = CollectionSchema(
    "erasures",
    {"accountId": TEXT, "digest": TEXT, "begunAt": DATE},
    ("accountId", "digest", "begunAt"),
    (index("accountId"),),
)
_ENDPOINTS = CollectionSchema(
    "endpoints",
    {"accountId": TEXT, "url": TEXT, "sealed": TEXT, "enabled": TRUTH, "createdAt": DATE},
    ("accountId", "url", "events", "sealed", "enabled"),
    (index("accountId"),),
)
_OUTBOX = CollectionSchema(
    "outbox",
    {"accountId": TEXT, "campaignId": TEXT, "type": TEXT, "at": DATE},
    ("accountId", "campaignId", "type", "at", "rows"),
    (index("key", unique=True, where=having("key")),),
)
_DELIVERIES = CollectionSchema(
    "deliveries",
    {"accountId": TEXT, "endpointId": TEXT, "createdAt": DATE, "tries": COUNT},
    ("accountId", "endpointId", "createdAt", "news", "status", "tries"),
    (
        index("endpointId", "createdAt", "_id"),
        index("status", "endpointId", "createdAt", where={"status": DeliveryStatus.WAITING.value}),
        index("createdAt"),
    ),
)
_NOTICE_ADDRESSES = CollectionSchema(
    "noticeAddresses",
    {"accountId": TEXT, "sealed": TEXT, "enabled": TRUTH, "createdAt": DATE},
    ("accountId", "route", "label", "whole", "sealed", "enabled", "memory"),
    (index("accountId"),),
)
_REPLIES = CollectionSchema(
    "replies",
    {"accountId": TEXT, "senderId": TEXT, "phone": TEXT, "at": DATE},
    ("accountId", "senderId", "phone", "text", "at", "providerMessageId"),
    (
        index("senderId", "providerMessageId", unique=True),
        index("providerMessageId"),
        index("campaignId", "at", "_id"),
        index("accountId", "phone"),
    ),
)
_FLAGS = CollectionSchema(
    "flags",
    {"accountId": TEXT, "phone": TEXT, "optedOut": TRUTH, "notBefore": DATE, "revision": COUNT},
    ("accountId", "phone", "optedOut", "notBefore", "revision"),
    (index("notBefore"),),
)

ACCOUNTS = (
    *(_ACCOUNTS, _AUDIT, _USERS, _API_KEYS, _SESSIONS, _LINKS),
    *(_SECOND_FACTORS, _ATTEMPTS, _DRAFTS, _SAVED_TEMPLATES, _SUPPRESSIONS, _ERASURES),
    *(_ENDPOINTS, _OUTBOX, _DELIVERIES, _NOTICE_ADDRESSES, _REPLIES, _FLAGS),
)
