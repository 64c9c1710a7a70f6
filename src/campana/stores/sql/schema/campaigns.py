"""Campaigns, their counts, and their messages.

Counts stand in a row of their own beside the campaign: they change with every batch, the campaign seldom.
A message does not repeat its recipient: the two share list and row.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from campana.domain.messages import MessageStatus
from campana.domain.periods import ACCEPTED
from campana.stores.sql.columns import Id, Moment
from campana.stores.sql.schema.base import metadata

COUNTED = tuple(status.value.lower() for status in MessageStatus)
"""The columns of `counts`, in the order of the states."""

ACCEPTED_COUNTED = tuple(status.value.lower() for status in ACCEPTED)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("sender_id", Id, ForeignKey("senders.id"), nullable=False),
    Column("recipient_list_id", Id, ForeignKey("recipient_lists.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("template", JSON, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("header", JSON(none_as_null=True)),
    Column("status", Text, nullable=False),
    Column("scheduled_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("on_daily_limit", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("started_at", Moment),
    Column("completed_at", Moment),
    Column("waiting_until", Moment),
    Column("error", Text),
    Column("created_by", Id),
    Column("idempotency_key", Text),
    Column("request_digest", Text),
    Column("opened", Boolean, nullable=False),
    # What is known of the file that its messages went to, and whether the last of them is removed here.
    Column("archive", JSON(none_as_null=True)),
    Column("emptied", Boolean, nullable=False, server_default=false()),
    CheckConstraint("status <> 'SCHEDULED' OR scheduled_at IS NOT NULL", "scheduled_has_time"),
    UniqueConstraint("account_id", "idempotency_key"),
    # A list reads each status from a stretch of its own, in each order.
    Index(None, "account_id", "status", "created_at", "id"),
    Index(None, "account_id", "status", "scheduled_at", "id"),
    Index(None, "account_id", "status", "name_key", "id"),
    # Reports read what started in a period.
    Index(None, "account_id", "started_at", "id"),
    Index(None, "status", "scheduled_at"),
    Index(None, "sender_id", "status"),
)

counts = Table(
    "counts",
    metadata,
    Column("campaign_id", Id, ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    *(Column(name, Integer, nullable=False, server_default="0") for name in COUNTED),
    Column("total", Integer, nullable=False, server_default="0"),
    Column("reserved", Integer, nullable=False, server_default="0"),
    # Accepted in the ten seconds of this number since 1970, and in the ten before: the campaign's pace.
    Column("pace_bucket", BigInteger, nullable=False, server_default="0"),
    Column("pace_current", Integer, nullable=False, server_default="0"),
    Column("pace_former", Integer, nullable=False, server_default="0"),
    CheckConstraint(" AND ".join(f"{name} >= 0" for name in (*COUNTED, "reserved")), "not_negative"),
    CheckConstraint(f"{' + '.join(COUNTED)} = total", "sum_is_total"),
)

# Spans of ten seconds that are over, numbered like `pace_bucket`; spans without any have no row.
pace_samples = Table(
    "pace_samples",
    metadata,
    Column("campaign_id", Id, ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column("accepted", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# What was accepted in a quarter of an hour, by where it stands now; quarters are numbered since 1970. Not of
# tests.
accepted_quarters = Table(
    "accepted_quarters",
    metadata,
    Column("campaign_id", Id, ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    Column("quarter", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", Id, nullable=False),
    *(Column(name, Integer, nullable=False, server_default="0") for name in ACCEPTED_COUNTED),
    CheckConstraint(" AND ".join(f"{name} >= 0" for name in ACCEPTED_COUNTED), "accepted_not_negative"),
    Index(None, "account_id", "quarter"),
    sqlite_with_rowid=False,
)

messages = Table(
    "messages",
    metadata,
    Column("campaign_id", Id, primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("status", Text, nullable=False),
    Column("fence", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", Moment),
    Column("provider_message_id", Text),
    # Digest of sender and provider id. Random ids make an index of random places; eight bytes keep it in
    # memory.
    Column("provider_key", BigInteger),
    Column("code", Text),
    Column("reason", Text),
    Column("sent_at", Moment),
    Column("delivered_at", Moment),
    Column("read_at", Moment),
    Column("settled_at", Moment),
    # An UNKNOWN one that was found again by number and time, not by its id.
    Column("inferred", Boolean, nullable=False, server_default=false()),
    # The provider is not asked about it before then.
    Column("rests_until", Moment),
    CheckConstraint("not_before IS NULL OR status = 'PENDING'", "pause_is_pending"),
    CheckConstraint("status <> 'SENDING' OR fence IS NOT NULL", "sending_has_fence"),
    Index(None, "campaign_id", "status", "row"),
    Index(
        None,
        "campaign_id",
        "status",
        "code",
        sqlite_where=text("code IS NOT NULL"),
        postgresql_where=text("code IS NOT NULL"),
    ),
    Index(
        None,
        "campaign_id",
        "not_before",
        sqlite_where=text("not_before IS NOT NULL"),
        postgresql_where=text("not_before IS NOT NULL"),
    ),
    Index(
        None,
        "provider_key",
        unique=True,
        sqlite_where=text("provider_key IS NOT NULL"),
        postgresql_where=text("provider_key IS NOT NULL"),
    ),
    # Of the silent ones the newest: those of which nothing was heard since the provider accepted them.
    Index(
        None,
        "sent_at",
        sqlite_where=text("status = 'SENT'"),
        postgresql_where=text("status = 'SENT'"),
    ),
    sqlite_with_rowid=False,
)
