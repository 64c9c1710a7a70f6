"""Outgoing webhooks: endpoints, what happened and no post was made of yet, and the posts."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from campana.stores.sql.columns import Id, Moment
from campana.stores.sql.schema.base import metadata

endpoints = Table(
    "endpoints",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("events", JSON, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("off_reason", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Moment),
    Column("rests_until", Moment),
)

# One row for each state that messages of a campaign came to in one transaction, however many.
outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("account_id", Id, nullable=False),
    Column("campaign_id", Id, nullable=False),
    Column("type", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("rows", JSON, nullable=False),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, nullable=False),
    Column("endpoint_id", Id, ForeignKey("endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
    Column("news", JSON, nullable=False),
    Column("status", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("tried_at", Moment),
    Column("answered", Integer),
    Column("took_ms", Integer),
    Column("said", Text, nullable=False),
    Index(None, "endpoint_id", "created_at", "id"),
    Index(
        "ix_deliveries_waiting",
        "endpoint_id",
        "created_at",
        "id",
        sqlite_where=text("status = 'WAITING'"),
        postgresql_where=text("status = 'WAITING'"),
    ),
)
