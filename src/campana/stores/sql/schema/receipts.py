"""What providers post, receipts without a message, where providers post to, and who works it off.

An id of a post is never given out twice: whoever worked a post off late must not drop another one.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from campana.stores.sql.columns import Id, Moment
from campana.stores.sql.schema.base import metadata

_COUNTED_UP = BigInteger().with_variant(Integer, "sqlite")

inbox = Table(
    "inbox",
    metadata,
    Column("id", _COUNTED_UP, primary_key=True),
    Column("sender_id", Id, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

unmatched_receipts = Table(
    "unmatched_receipts",
    metadata,
    Column("id", _COUNTED_UP, primary_key=True),
    Column("sender_id", Id, ForeignKey("senders.id"), nullable=False),
    Column("provider_message_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("code", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("phone", Text),
    Column("received_at", Moment, nullable=False),
    Column("look_at", Moment, nullable=False),
    UniqueConstraint("sender_id", "provider_message_id", "status"),
    Index(None, "look_at"),
    Index(None, "sender_id", "phone"),
    sqlite_autoincrement=True,
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("sender_id", Id, ForeignKey("senders.id"), primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("sealed", Text, nullable=False),
    Column("former_digest", Text),
    Column("former_until", Moment),
    Column("last_event_at", Moment),
)

duties = Table(
    "duties",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("expires_at", Float(53), nullable=False),
)
