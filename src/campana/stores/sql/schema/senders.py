"""Senders, the lanes that send for them, what they used of each day, and what provider hosts asked;
and the workers that live."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from campana.stores.sql.columns import Id, Moment
from campana.stores.sql.schema.base import metadata

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

workers = Table(
    "workers",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("since", Float(53), nullable=False),
    Column("seen_at", Float(53), nullable=False),
    Column("expires_at", Float(53), nullable=False),
    Column("rate", Float(53), nullable=False),
)
