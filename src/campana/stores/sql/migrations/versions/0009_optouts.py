"""Replies, marks to be set at the provider, and the preferences of accounts."""

import sqlalchemy as sa
from alembic import op

from campana.stores.sql import columns

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("opt_outs", sa.BigInteger(), server_default="0", nullable=False))
    _replies()
    _flags()
    _preferences()


def _replies() -> None:
    op.create_table(
        "replies",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("sender_id", columns.Id(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_button", sa.Boolean(), nullable=False),
        sa.Column("wish", sa.Text()),
        sa.Column("provider_message_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", columns.Id()),
        sa.Column("row", sa.Integer()),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_replies_account_id")),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name=op.f("fk_replies_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint(
            "sender_id", "provider_message_id", name=op.f("uq_replies_sender_id_provider_message_id")
        ),
    )
    op.create_index(op.f("ix_replies_campaign_id_at_id"), "replies", ["campaign_id", "at", "id"])
    op.create_index(op.f("ix_replies_account_id_phone"), "replies", ["account_id", "phone"])


def _flags() -> None:
    op.create_table(
        "flags",
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        sa.Column("not_before", columns.Moment(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_flags_account_id")),
        sa.PrimaryKeyConstraint("account_id", "phone", name=op.f("pk_flags")),
    )
    op.create_index(op.f("ix_flags_not_before"), "flags", ["not_before"])


def _preferences() -> None:
    op.create_table(
        "preferences",
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("stop_words", sa.JSON(), nullable=False),
        sa.Column("start_words", sa.JSON(), nullable=False),
        sa.Column("frequency_messages", sa.Integer()),
        sa.Column("frequency_days", sa.Integer()),
        sa.Column("unreachable_after", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(frequency_messages IS NULL) = (frequency_days IS NULL)",
            name=op.f("ck_preferences_frequency_is_both"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_preferences_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_preferences")),
    )
