"""What is left of people who were erased: a keyed hash of each number, and each account's sealed key."""

from sqlalchemy import Column, ForeignKey, Table, Text

from campana.stores.sql.columns import Id, Moment
from campana.stores.sql.schema.base import metadata

erasures = Table(
    "erasures",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("begun_at", Moment, nullable=False),
)

privacy_keys = Table(
    "privacy_keys",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True),
    Column("sealed_key", Text, nullable=False),
)
