"""Outgoing webhooks: endpoints, what is to be told them, and the posts."""

import sqlalchemy as sa
from alembic import op

from campana.stores.sql import columns

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "endpoints",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("off_reason", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", columns.Moment()),
        sa.Column("rests_until", columns.Moment()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_endpoints_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoints")),
    )
    op.create_index(op.f("ix_endpoints_account_id"), "endpoints", ["account_id"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("campaign_id", columns.Id(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    _deliveries()


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("endpoint_id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.Column("news", sa.JSON(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", columns.Moment()),
        sa.Column("answered", sa.Integer()),
        sa.Column("took_ms", sa.Integer()),
        sa.Column("said", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["endpoints.id"], name=op.f("fk_deliveries_endpoint_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_created_at"), "deliveries", ["created_at"])
    op.create_index(
        op.f("ix_deliveries_endpoint_id_created_at_id"), "deliveries", ["endpoint_id", "created_at", "id"]
    )
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["endpoint_id", "created_at", "id"],
        sqlite_where=sa.text("status = 'WAITING'"),
        postgresql_where=sa.text("status = 'WAITING'"),
    )
