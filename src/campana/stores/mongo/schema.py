"""The collections: what the database itself refuses, and its indexes. About accounts: schema_accounts."""

from campana.domain.campaigns import CampaignStatus
from campana.domain.messages import MessageStatus
from campana.stores.mongo.schema_accounts import ACCOUNTS
from campana.stores.mongo.schema_base import COUNT, DATE, TEXT, TRUTH, CollectionSchema, either, having, index
from campana.stores.quarters import QUARTER_COLUMNS

_COUNTED = [status.value.lower() for status in MessageStatus]
_IS_SCHEDULED = {"properties": {"status": {"enum": [CampaignStatus.SCHEDULED.value]}}}
_NOT_PENDING = {"properties": {"status": {"not": {"enum": [MessageStatus.PENDING.value]}}}}
_IS_SENDING = {"properties": {"status": {"enum": [MessageStatus.SENDING.value]}}}

_SENDERS = CollectionSchema(
    "senders",
    {"name": TEXT, "accountId": TEXT, "createdAt": DATE},
    ("name", "accountId"),
    (index("accountId", "nameKey", unique=True),),
)
_LISTS = CollectionSchema(
    "recipientLists",
    {"accountId": TEXT, "state": {"enum": ["OPEN", "CLOSED", "LEAVING", "GONE"]}, "createdAt": DATE},
    ("accountId", "state"),
    (index("accountId", "createdAt", "_id"), index("state", "createdAt")),
)
_RECIPIENTS = CollectionSchema(
    "recipients",
    {"listId": TEXT, "row": COUNT, "phone": TEXT, "name": TEXT},
    ("listId", "row", "phone"),
    # A number stands in a list once: with a message for each recipient, nobody gets a campaign twice.
    (index("listId", "row", unique=True), index("listId", "phone", unique=True)),
)
_SEARCH = CollectionSchema(
    "recipientSearch",
    {"listId": TEXT, "firstRow": COUNT},
    ("listId", "firstRow"),
    (index("listId", "firstRow", unique=True),),
)
_PROBLEMS = CollectionSchema(
    "rowProblems", {"listId": TEXT, "row": COUNT}, ("listId", "row"), (index("listId", "row"),)
)
_CAMPAIGNS = CollectionSchema(
    "campaigns",
    {
        "accountId": TEXT,
        "senderId": TEXT,
        "recipientListId": TEXT,
        "name": TEXT,
        "status": {"enum": [status.value for status in CampaignStatus]},
        "opened": TRUTH,
        "counts": {
            "bsonType": "object",
            "required": _COUNTED,
            "properties": dict.fromkeys(_COUNTED, COUNT),
            "additionalProperties": False,
        },
        "reserved": COUNT,
        "seq": COUNT,
        **dict.fromkeys(("scheduledAt", "createdAt", "startedAt", "completedAt", "waitingUntil"), DATE),
    },
    ("accountId", "senderId", "recipientListId", "name", "status", "counts", "reserved", "seq"),
    (
        index("accountId", "status", "createdAt", "_id"),
        index("accountId", "status", "scheduledAt", "_id"),
        index("accountId", "status", "nameKey", "_id"),
        index("accountId", "startedAt", "_id"),
        index("status", "scheduledAt"),
        index("senderId", "status"),
        index("recipientListId"),
        index("opened", "createdAt"),
        index("accountId", "idempotencyKey", unique=True, where=having("idempotencyKey")),
        index("untold", where=having("untold")),
    ),
    (either(_IS_SCHEDULED, "scheduledAt"),),
)
_MESSAGES = CollectionSchema(
    "messages",
    {
        "campaignId": TEXT,
        "senderId": TEXT,
        "row": COUNT,
        "status": {"enum": [status.value for status in MessageStatus]},
        "attempts": COUNT,
        "seq": COUNT,
        "fence": COUNT,
        "providerMessageId": TEXT,
        **dict.fromkeys(("notBefore", "sentAt", "deliveredAt", "readAt", "settledAt"), DATE),
    },
    ("campaignId", "row", "status", "attempts", "seq"),
    (
        index("campaignId", "row", unique=True),
        index("campaignId", "status", "row"),
        index("campaignId", "seq", where={"seq": {"$gt": 0}}),
        index("status", "sentAt", where={"status": MessageStatus.SENT.value}),
        index("campaignId", "status", "code", where=having("code")),
        index("campaignId", "notBefore", where=having("notBefore")),
        index("providerKey", unique=True, where=having("providerKey")),
    ),
    (
        either(_IS_SENDING, "fence"),
        {"anyOf": [{"not": _NOT_PENDING}, {"not": {"required": ["notBefore"]}}]},
    ),
)
_SAMPLES = CollectionSchema(
    "paceSamples",
    {"campaignId": TEXT, "bucket": COUNT, "accepted": COUNT},
    ("campaignId", "bucket", "accepted"),
    (index("campaignId", "bucket", unique=True),),
)
_QUARTERS = CollectionSchema(
    "acceptedQuarters",
    {"campaignId": TEXT, "accountId": TEXT, "quarter": COUNT, "seq": COUNT}
    | dict.fromkeys(QUARTER_COLUMNS.values(), COUNT),
    ("campaignId", "accountId", "quarter", "seq", *QUARTER_COLUMNS.values()),
    (index("campaignId", "quarter", unique=True), index("accountId", "quarter")),
)
_LANES = CollectionSchema(
    "lanes",
    {
        "seq": COUNT,
        "fence": COUNT,
        "inFlight": COUNT,
        "owner": TEXT,
        "used": {"bsonType": "object", "additionalProperties": COUNT},
        **dict.fromkeys(("renewedAt", "quietFrom", "lookedAt"), DATE),
    },
    ("seq", "fence", "inFlight", "used"),
    (index("inFlight"), index("entry.seq", where=having("entry"))),
)
_HOSTS = CollectionSchema("hosts", {"askedAt": DATE, "holdUntil": DATE}, ("askedAt", "holdUntil"))
_DUTIES = CollectionSchema("duties", {"owner": TEXT, "renewedAt": DATE}, ("owner", "ttlMs"))
_INBOX = CollectionSchema(
    "inbox",
    {"senderId": TEXT, "receivedAt": DATE},
    ("senderId", "receivedAt", "body"),
    (index("receivedAt"),),
)
_UNMATCHED = CollectionSchema(
    "unmatchedReceipts",
    {"senderId": TEXT, "providerMessageId": TEXT, "lookAt": DATE},
    ("senderId", "providerMessageId", "status", "lookAt"),
    (
        index("senderId", "providerMessageId", "status", unique=True),
        index("lookAt"),
        index("senderId", "phone"),
    ),
)
_WEBHOOKS = CollectionSchema(
    "webhooks", {"digest": TEXT, "sealed": TEXT}, ("digest", "sealed"), (index("digest", unique=True),)
)
_WORKERS = CollectionSchema("workers", {"since": DATE, "seenAt": DATE}, ("since", "ttlMs"))

COLLECTIONS = (
    *ACCOUNTS,
    *(_SENDERS, _LISTS, _RECIPIENTS, _SEARCH, _PROBLEMS),
    *(_CAMPAIGNS, _MESSAGES, _SAMPLES, _QUARTERS, _LANES, _HOSTS),
    *(_DUTIES, _INBOX, _UNMATCHED, _WEBHOOKS, _WORKERS),
)
