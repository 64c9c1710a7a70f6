"""Drafts of campaigns, and the texts kept with templates."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Table, Text, UniqueConstraint

from campana.stores.sql.columns import Id, Moment
from campana.stores.sql.schema.base import metadata

drafts = Table(
    "drafts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("typed", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index(None, "user_id", "changed_at"),
)

saved_templates = Table(
    "saved_templates",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("texts", JSON, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Id),
    UniqueConstraint("account_id", "name", "language"),
)
