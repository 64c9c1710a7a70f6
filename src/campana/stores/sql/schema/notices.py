"""Addresses for notices, each with what it was told."""

from sqlalchemy import Boolean, Column, ForeignKey, Table, Text

from campana.stores.sql.columns import Id, Moment
from campana.stores.sql.schema.base import metadata

notice_addresses = Table(
    "notice_addresses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("route", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("off_reason", Text, nullable=False),
    Column("memory", Text, nullable=False),
    Column("tried_at", Moment),
    Column("failing_since", Moment),
    Column("problem", Text, nullable=False),
)
