"""Drafts of campaigns, texts kept with templates, and the time zones of a list's recipients."""

import sqlalchemy as sa
from alembic import op

from campana.stores.sql import columns

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("recipient_lists", sa.Column("zones", sa.JSON(), server_default="{}", nullable=False))
    _drafts()
    _saved_templates()


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.Column("changed_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_drafts_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_drafts_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_user_id_changed_at"), "drafts", ["user_id", "changed_at"])


def _saved_templates() -> None:
    op.create_table(
        "saved_templates",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("changed_at", columns.Moment(), nullable=False),
        sa.Column("changed_by", columns.Id()),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_saved_templates_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_templates")),
        sa.UniqueConstraint(
            "account_id", "name", "language", name=op.f("uq_saved_templates_account_id_name_language")
        ),
    )
