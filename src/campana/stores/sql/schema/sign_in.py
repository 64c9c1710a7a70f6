"""What signing in leaves behind. Of tokens and codes only digests are here."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, Table, Text

from campana.stores.sql.columns import Id, Moment
from campana.stores.sql.schema.base import metadata

sessions = Table(
    "sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False, index=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("address", Text, nullable=False),
    Column("device", Text, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("id", Id, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("account_id", Id, ForeignKey("accounts.id"), index=True),
    Column("user_id", Id, ForeignKey("users.id"), index=True),
    Column("email", Text, nullable=False),
    Column("role", Text),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("sealed_secret", Text, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("last_step", BigInteger, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("digest", Text, primary_key=True),
)

attempts = Table(
    "attempts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("next_at", Moment, nullable=False),
)
