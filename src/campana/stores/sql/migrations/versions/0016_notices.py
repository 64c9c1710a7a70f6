"""Addresses for notices, each with what it was told."""

import sqlalchemy as sa
from alembic import op

from campana.stores.sql import columns

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "notice_addresses",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("off_reason", sa.Text(), nullable=False),
        sa.Column("memory", sa.Text(), nullable=False),
        sa.Column("tried_at", columns.Moment()),
        sa.Column("failing_since", columns.Moment()),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_notice_addresses_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_addresses")),
    )
    op.create_index(op.f("ix_notice_addresses_account_id"), "notice_addresses", ["account_id"])
