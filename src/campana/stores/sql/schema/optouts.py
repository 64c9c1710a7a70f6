"""What people answered, marks to be set at the provider, and what accounts decided about the people they
message."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from campana.stores.sql.columns import Id, Moment
from campana.stores.sql.schema.base import metadata

replies = Table(
    "replies",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("sender_id", Id, ForeignKey("senders.id"), nullable=False),
    Column("phone", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("is_button", Boolean, nullable=False),
    Column("wish", Text),
    Column("provider_message_id", Text, nullable=False),
    Column("campaign_id", Id),
    Column("row", Integer),
    Column("at", Moment, nullable=False),
    UniqueConstraint("sender_id", "provider_message_id"),
    Index(None, "campaign_id", "at", "id"),
    Index(None, "account_id", "phone"),
)

flags = Table(
    "flags",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True),
    Column("phone", Text, primary_key=True),
    Column("opted_out", Boolean, nullable=False),
    Column("not_before", Moment, nullable=False, index=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("revision", Integer, nullable=False, server_default="0"),
)

preferences = Table(
    "preferences",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True),
    Column("stop_words", JSON, nullable=False),
    Column("start_words", JSON, nullable=False),
    Column("frequency_messages", Integer),
    Column("frequency_days", Integer),
    Column("unreachable_after", Integer, nullable=False),
    Column("retention_days", Integer),
    CheckConstraint("(frequency_messages IS NULL) = (frequency_days IS NULL)", "frequency_is_both"),
)
