"""What pages show at a glance: campaigns in any order, messages by their reason, the pace over time."""

import sqlalchemy as sa
from alembic import op

from campana.stores.sql import columns

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for key in ("created_at", "scheduled_at", "name_key"):
        op.create_index(
            op.f(f"ix_campaigns_account_id_status_{key}_id"), "campaigns", ["account_id", "status", key, "id"]
        )
    op.drop_index(op.f("ix_campaigns_account_id_created_at_id"), "campaigns")
    op.create_index(
        op.f("ix_messages_campaign_id_status_code"),
        "messages",
        ["campaign_id", "status", "code"],
        sqlite_where=sa.text("code IS NOT NULL"),
        postgresql_where=sa.text("code IS NOT NULL"),
    )
    op.create_table(
        "pace_samples",
        sa.Column("campaign_id", columns.Id(), nullable=False),
        sa.Column("bucket", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaigns.id"],
            name=op.f("fk_pace_samples_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "bucket", name=op.f("pk_pace_samples")),
        sqlite_with_rowid=False,
    )
