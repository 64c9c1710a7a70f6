"""Campaigns with their counts and messages, lanes, the day's usage, hosts."""

import sqlalchemy as sa
from alembic import op

from campana.stores.sql import columns

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _campaigns()
    _campaigns_indexes()
    _counts()
    _messages()
    _messages_indexes()
    _lanes()
    _usage()
    _hosts()


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("sender_id", columns.Id(), nullable=False),
        sa.Column("recipient_list_id", columns.Id(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("template", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("header", sa.JSON(none_as_null=True)),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("scheduled_at", columns.Moment()),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.Column("on_daily_limit", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("started_at", columns.Moment()),
        sa.Column("completed_at", columns.Moment()),
        sa.Column("waiting_until", columns.Moment()),
        sa.Column("error", sa.Text()),
        sa.Column("created_by", columns.Id()),
        sa.Column("idempotency_key", sa.Text()),
        sa.Column("request_digest", sa.Text()),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "status <> 'SCHEDULED' OR scheduled_at IS NOT NULL", name=op.f("ck_campaigns_scheduled_has_time")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_campaigns_account_id")),
        sa.ForeignKeyConstraint(
            ["recipient_list_id"], ["recipient_lists.id"], name=op.f("fk_campaigns_recipient_list_id")
        ),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name=op.f("fk_campaigns_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint(
            "account_id", "idempotency_key", name=op.f("uq_campaigns_account_id_idempotency_key")
        ),
    )


def _campaigns_indexes() -> None:
    op.create_index(
        op.f("ix_campaigns_account_id_created_at_id"), "campaigns", ["account_id", "created_at", "id"]
    )
    op.create_index(op.f("ix_campaigns_recipient_list_id"), "campaigns", ["recipient_list_id"])
    op.create_index(op.f("ix_campaigns_sender_id_status"), "campaigns", ["sender_id", "status"])
    op.create_index(op.f("ix_campaigns_status_scheduled_at"), "campaigns", ["status", "scheduled_at"])


def _counts() -> None:
    op.create_table(
        "counts",
        sa.Column("campaign_id", columns.Id(), nullable=False),
        sa.Column("pending", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sending", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("delivered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("read", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unknown", sa.Integer(), server_default="0", nullable=False),
        sa.Column("skipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reserved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pace_bucket", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pace_current", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pace_former", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "pending + sending + sent + delivered + read + failed + unknown + skipped = total",
            name=op.f("ck_counts_sum_is_total"),
        ),
        sa.CheckConstraint(
            "pending >= 0 AND sending >= 0 AND sent >= 0 AND delivered >= 0 AND "
            "read >= 0 AND failed >= 0 AND unknown >= 0 AND skipped >= 0 AND reserved >= 0",
            name=op.f("ck_counts_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_counts_campaign_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_counts")),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("campaign_id", columns.Id(), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("fence", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", columns.Moment()),
        sa.Column("provider_message_id", sa.Text()),
        sa.Column("provider_key", sa.BigInteger()),
        sa.Column("code", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("sent_at", columns.Moment()),
        sa.Column("delivered_at", columns.Moment()),
        sa.Column("read_at", columns.Moment()),
        sa.Column("settled_at", columns.Moment()),
        sa.CheckConstraint(
            "not_before IS NULL OR status = 'PENDING'", name=op.f("ck_messages_pause_is_pending")
        ),
        sa.CheckConstraint(
            "status <> 'SENDING' OR fence IS NOT NULL", name=op.f("ck_messages_sending_has_fence")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "row", name=op.f("pk_messages")),
        sqlite_with_rowid=False,
    )


def _messages_indexes() -> None:
    op.create_index(
        op.f("ix_messages_campaign_id_not_before"),
        "messages",
        ["campaign_id", "not_before"],
        sqlite_where=sa.text("not_before IS NOT NULL"),
        postgresql_where=sa.text("not_before IS NOT NULL"),
    )
    op.create_index(op.f("ix_messages_campaign_id_status_row"), "messages", ["campaign_id", "status", "row"])
    op.create_index(
        op.f("ix_messages_provider_key"),
        "messages",
        ["provider_key"],
        unique=True,
        sqlite_where=sa.text("provider_key IS NOT NULL"),
        postgresql_where=sa.text("provider_key IS NOT NULL"),
    )


def _lanes() -> None:
    op.create_table(
        "lanes",
        sa.Column("sender_id", columns.Id(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.Float(precision=53), server_default="0", nullable=False),
        sa.Column("quiet_from", sa.Float(precision=53)),
        sa.Column("in_flight", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("in_flight >= 0", name=op.f("ck_lanes_in_flight_not_negative")),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name=op.f("fk_lanes_sender_id")),
        sa.PrimaryKeyConstraint("sender_id", name=op.f("pk_lanes")),
    )


def _usage() -> None:
    op.create_table(
        "usage",
        sa.Column("sender_id", columns.Id(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_usage_used_not_negative")),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name=op.f("fk_usage_sender_id")),
        sa.PrimaryKeyConstraint("sender_id", "day", name=op.f("pk_usage")),
    )


def _hosts() -> None:
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Float(precision=53), nullable=False),
        sa.Column("hold_until", sa.Float(precision=53), nullable=False),
        sa.Column("factor", sa.Float(precision=53), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
