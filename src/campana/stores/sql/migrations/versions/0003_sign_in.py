"""Sessions, one-time links, second factors, attempts; scopes and expiry of API keys."""

import sqlalchemy as sa
from alembic import op

from campana.stores.sql import columns

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _api_keys()
    _sessions()
    _links()
    _second_factors()
    _attempts()


def _api_keys() -> None:
    op.add_column("api_keys", sa.Column("scopes", sa.Text(), nullable=False, server_default=""))
    op.add_column("api_keys", sa.Column("expires_at", columns.Moment()))
    op.add_column("api_keys", sa.Column("last_used_at", columns.Moment()))
    # Keys from before there were scopes may do what they could.
    op.execute("UPDATE api_keys SET scopes = 'read send manage'")


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.Column("seen_at", columns.Moment(), nullable=False),
        sa.Column("expires_at", columns.Moment(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_sessions_digest")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"])


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.Column("expires_at", columns.Moment(), nullable=False),
        sa.Column("account_id", columns.Id()),
        sa.Column("user_id", columns.Id()),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_links_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_links_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_links_digest")),
    )
    op.create_index(op.f("ix_links_account_id"), "links", ["account_id"])
    op.create_index(op.f("ix_links_user_id"), "links", ["user_id"])


def _second_factors() -> None:
    op.create_table(
        "second_factors",
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_second_factors_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id")),
        sa.PrimaryKeyConstraint("user_id", "digest", name=op.f("pk_recovery_codes")),
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last_at", columns.Moment(), nullable=False),
        sa.Column("next_at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempts")),
    )
