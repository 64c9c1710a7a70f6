"""The audit trail. Triggers, made by its migration, let rows in and nothing else."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Table, Text

from campana.stores.sql.columns import Id, Moment
from campana.stores.sql.schema.base import metadata

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id")),
    Column("created_at", Moment, nullable=False),
    Column("user_id", Id),  # no foreign key: the entry outlives the user
    Column("actor", Text, nullable=False),
    Column("actor_key", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Id),
    Column("subject_name", Text, nullable=False),
    Column("subject_key", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Index(None, "account_id", "created_at", "id"),
)
