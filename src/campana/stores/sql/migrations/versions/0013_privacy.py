"""Erased numbers, as keyed hashes; lists whose people were removed; how long data are kept."""

import sqlalchemy as sa
from alembic import op

from campana.stores.sql import columns

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("begun_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_erasures_account_id")),
        sa.PrimaryKeyConstraint("account_id", "digest", name=op.f("pk_erasures")),
    )
    op.create_table(
        "privacy_keys",
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("sealed_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_privacy_keys_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_privacy_keys")),
    )
    op.add_column("recipient_lists", sa.Column("removed_at", columns.Moment()))
    op.add_column("preferences", sa.Column("retention_days", sa.Integer()))
