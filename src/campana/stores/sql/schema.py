"""The tables, with the invariants that hold whatever the program does. Migrations make them; this names them.

Counts stand in a row of their own beside the campaign: they change with every batch, the campaign seldom.
A message does not repeat its recipient: the two share list and row. What fills the large tables (recipients
and what goes with them, messages) looks at the parent, locked, in the same transaction; foreign keys would be
checked row by row in PostgreSQL, which would halve the speed of loading.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from campana.domain.messages import MessageStatus
from campana.stores.sql.columns import Id, Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

COUNTED = tuple(status.value.lower() for status in MessageStatus)
"""The columns of `counts`, in the order of the states."""

accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("admin", Boolean, nullable=False),
    Column("password_hash", Text),
    Column("created_at", Moment, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("last_four", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)

senders = Table(
    "senders",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("sealed_credentials", Text),
    Column("credential_hints", JSON, nullable=False),
    Column("rate_limit_per_s", Float(53), nullable=False),
    Column("daily_limit", Integer, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("account_id", "name_key"),
)

recipient_lists = Table(
    "recipient_lists",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("filename", Text, nullable=False),
    Column("columns", JSON, nullable=False),
    Column("phone_column", Text, nullable=False),
    Column("name_column", Text),
    Column("country", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("valid", Integer, nullable=False),
    Column("invalid", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("suppressed", Integer, nullable=False),
    Column("blanks", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Id),
    Column("sheet", Text),
    Column("listed", Boolean, nullable=False),
    Column("closed", Boolean, nullable=False),
    Index(None, "account_id", "created_at", "id"),
)

recipients = Table(
    "recipients",
    metadata,
    Column("list_id", Id, primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("phone", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("cells", Text, nullable=False),
    # A number stands in a list once: with a message for each recipient, nobody gets a campaign twice.
    Index(None, "list_id", "phone", unique=True),
    sqlite_with_rowid=False,
)

# Numbers and names of about a thousand rows each, packed for searching (see search).
recipient_search = Table(
    "recipient_search",
    metadata,
    Column("list_id", Id, primary_key=True),
    Column("first_row", Integer, primary_key=True, autoincrement=False),
    Column("last_row", Integer, nullable=False),
    Column("numbers", Text, nullable=False),
    Column("names", Text, nullable=False),
)

row_problems = Table(
    "row_problems",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("list_id", Id, nullable=False),
    Column("row", Integer, nullable=False),
    Column("column", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index(None, "list_id", "row"),
)

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
    CheckConstraint("status <> 'SCHEDULED' OR scheduled_at IS NOT NULL", "scheduled_has_time"),
    UniqueConstraint("account_id", "idempotency_key"),
    Index(None, "account_id", "created_at", "id"),
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
    CheckConstraint("not_before IS NULL OR status = 'PENDING'", "pause_is_pending"),
    CheckConstraint("status <> 'SENDING' OR fence IS NOT NULL", "sending_has_fence"),
    Index(None, "campaign_id", "status", "row"),
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
    sqlite_with_rowid=False,
)

lanes = Table(
    "lanes",
    metadata,
    Column("sender_id", Id, ForeignKey("senders.id"), primary_key=True),
    Column("owner", Text),
    Column("fence", BigInteger, nullable=False, server_default="0"),
    Column("expires_at", Float(53), nullable=False, server_default="0"),
    Column("quiet_from", Float(53)),
    Column("in_flight", Integer, nullable=False, server_default="0"),
    CheckConstraint("in_flight >= 0", "in_flight_not_negative"),
)

usage = Table(
    "usage",
    metadata,
    Column("sender_id", Id, ForeignKey("senders.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("used", Integer, nullable=False),
    CheckConstraint("used >= 0", "used_not_negative"),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("asked_at", Float(53), nullable=False),
    Column("hold_until", Float(53), nullable=False),
    Column("factor", Float(53), nullable=False),
    Column("reason", Text, nullable=False),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("phone", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("account_id", "phone"),
)
