"""The tables, with the invariants that hold whatever the program does. Migrations make them; this names them.

One module a subject; whoever needs a table takes it from here.
"""

from campana.stores.sql.schema.audit import audit_entries
from campana.stores.sql.schema.base import metadata
from campana.stores.sql.schema.campaigns import (
    ACCEPTED_COUNTED,
    COUNTED,
    accepted_quarters,
    campaigns,
    counts,
    messages,
    pace_samples,
)
from campana.stores.sql.schema.drafts import drafts, saved_templates
from campana.stores.sql.schema.lists import (
    recipient_lists,
    recipient_search,
    recipients,
    row_problems,
    suppressions,
)
from campana.stores.sql.schema.notices import notice_addresses
from campana.stores.sql.schema.optouts import flags, preferences, replies
from campana.stores.sql.schema.outgoing import deliveries, endpoints, outbox
from campana.stores.sql.schema.people import accounts, api_keys, users
from campana.stores.sql.schema.privacy import erasures, privacy_keys
from campana.stores.sql.schema.receipts import duties, inbox, unmatched_receipts, webhooks
from campana.stores.sql.schema.senders import hosts, lanes, senders, usage, workers
from campana.stores.sql.schema.sign_in import attempts, links, recovery_codes, second_factors, sessions

__all__ = [
    "ACCEPTED_COUNTED",
    "COUNTED",
    "accepted_quarters",
    "accounts",
    "api_keys",
    "attempts",
    "audit_entries",
    "campaigns",
    "counts",
    "deliveries",
    "drafts",
    "duties",
    "endpoints",
    "erasures",
    "flags",
    "hosts",
    "inbox",
    "lanes",
    "links",
    "messages",
    "metadata",
    "notice_addresses",
    "outbox",
    "pace_samples",
    "preferences",
    "privacy_keys",
    "recipient_lists",
    "recipient_search",
    "recipients",
    "recovery_codes",
    "replies",
    "row_problems",
    "saved_templates",
    "second_factors",
    "senders",
    "sessions",
    "suppressions",
    "unmatched_receipts",
    "usage",
    "users",
    "webhooks",
    "workers",
]
