"""Accounts, the people in them, and their keys."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Integer, Table, Text

from campana.stores.sql.columns import Id, Moment
from campana.stores.sql.schema.base import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    # Grows with each suppression that is added: lanes see by it that there is one to look for.
    Column("opt_outs", BigInteger, nullable=False, server_default="0"),
    Column("rate_limit_per_s", Float(53)),
    Column("daily_limit", Integer),
    Column("suspended_at", Moment),
    Column("suspension_reason", Text, nullable=False, server_default=""),
    Column("admin_access_until", Moment),
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
    Column("scopes", Text, nullable=False, server_default=""),  # words, with a space between them
    Column("expires_at", Moment),
    Column("last_used_at", Moment),
)
