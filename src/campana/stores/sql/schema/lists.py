"""Recipient lists, and numbers that must not be messaged.

What fills the large tables looks at the parent, locked, in the same transaction; foreign keys would be
checked row by row in PostgreSQL, which would halve the speed of loading.
"""

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from campana.stores.sql.columns import Id, Moment
from campana.stores.sql.schema.base import metadata

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
    Column("zones", JSON, nullable=False, server_default="{}"),
    Column("consent_source", Text),
    Column("consent_at", Date),
    Column("consent_note", Text),
    Column("removed_at", Moment),
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

suppressions = Table(
    "suppressions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("phone", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("added_by", Text, nullable=False, server_default=""),
    UniqueConstraint("account_id", "phone"),
)
