"""What providers post, receipts without a message, where providers post to, and duties done once for all."""

import sqlalchemy as sa
from alembic import op

from campana.stores.sql import columns

revision = "0004"
down_revision = "0003"

_COUNTED_UP = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _messages()
    _inbox()
    _unmatched_receipts()
    _webhooks()
    _duties()


def _messages() -> None:
    op.add_column("messages", sa.Column("inferred", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("messages", sa.Column("rests_until", columns.Moment()))
    op.create_index(
        op.f("ix_messages_sent_at"),
        "messages",
        ["sent_at"],
        sqlite_where=sa.text("status = 'SENT'"),
        postgresql_where=sa.text("status = 'SENT'"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", _COUNTED_UP, nullable=False),
        sa.Column("sender_id", columns.Id(), nullable=False),
        sa.Column("received_at", columns.Moment(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sqlite_autoincrement=True,
    )


def _unmatched_receipts() -> None:
    op.create_table(
        "unmatched_receipts",
        sa.Column("id", _COUNTED_UP, nullable=False),
        sa.Column("sender_id", columns.Id(), nullable=False),
        sa.Column("provider_message_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text()),
        sa.Column("received_at", columns.Moment(), nullable=False),
        sa.Column("look_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name=op.f("fk_unmatched_receipts_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmatched_receipts")),
        sa.UniqueConstraint(
            *("sender_id", "provider_message_id", "status"),
            name=op.f("uq_unmatched_receipts_sender_id_provider_message_id_status"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_unmatched_receipts_look_at"), "unmatched_receipts", ["look_at"])
    op.create_index(
        op.f("ix_unmatched_receipts_sender_id_phone"), "unmatched_receipts", ["sender_id", "phone"]
    )


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("sender_id", columns.Id(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("former_digest", sa.Text()),
        sa.Column("former_until", columns.Moment()),
        sa.Column("last_event_at", columns.Moment()),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name=op.f("fk_webhooks_sender_id")),
        sa.PrimaryKeyConstraint("sender_id", name=op.f("pk_webhooks")),
        sa.UniqueConstraint("digest", name=op.f("uq_webhooks_digest")),
    )


def _duties() -> None:
    op.create_table(
        "duties",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_duties")),
    )
