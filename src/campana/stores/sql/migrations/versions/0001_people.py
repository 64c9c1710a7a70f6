"""Accounts, users, senders, recipient lists, suppressions."""

import sqlalchemy as sa
from alembic import op

from campana.stores.sql import columns

revision = "0001"
down_revision = None


def upgrade() -> None:
    _accounts()
    _users()
    _api_keys()
    _senders()
    _suppressions()
    _recipient_lists()
    _recipients()
    _recipient_search()
    _row_problems()


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("name_key", name=op.f("uq_accounts_name_key")),
    )


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_users_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_key", name=op.f("uq_users_email_key")),
    )
    op.create_index(op.f("ix_users_account_id"), "users", ["account_id"])


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("last_four", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_keys_digest")),
    )
    op.create_index(op.f("ix_api_keys_user_id"), "api_keys", ["user_id"])


def _senders() -> None:
    op.create_table(
        "senders",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("sealed_credentials", sa.Text()),
        sa.Column("credential_hints", sa.JSON(), nullable=False),
        sa.Column("rate_limit_per_s", sa.Float(precision=53), nullable=False),
        sa.Column("daily_limit", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_senders_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_senders")),
        sa.UniqueConstraint("account_id", "name_key", name=op.f("uq_senders_account_id_name_key")),
    )


def _suppressions() -> None:
    op.create_table(
        "suppressions",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_suppressions_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
        sa.UniqueConstraint("account_id", "phone", name=op.f("uq_suppressions_account_id_phone")),
    )


def _recipient_lists() -> None:
    op.create_table(
        "recipient_lists",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("phone_column", sa.Text(), nullable=False),
        sa.Column("name_column", sa.Text()),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("valid", sa.Integer(), nullable=False),
        sa.Column("invalid", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("suppressed", sa.Integer(), nullable=False),
        sa.Column("blanks", sa.JSON(), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.Column("created_by", columns.Id()),
        sa.Column("sheet", sa.Text()),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_recipient_lists_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient_lists")),
    )
    op.create_index(
        op.f("ix_recipient_lists_account_id_created_at_id"),
        "recipient_lists",
        ["account_id", "created_at", "id"],
    )


def _recipients() -> None:
    op.create_table(
        "recipients",
        sa.Column("list_id", columns.Id(), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "row", name=op.f("pk_recipients")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_recipients_list_id_phone"), "recipients", ["list_id", "phone"], unique=True)


def _recipient_search() -> None:
    op.create_table(
        "recipient_search",
        sa.Column("list_id", columns.Id(), nullable=False),
        sa.Column("first_row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_row", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.Text(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "first_row", name=op.f("pk_recipient_search")),
    )
    if op.get_context().dialect.name == "postgresql":
        # Searched as a whole: unpacking would cost more than the space.
        for column in ("numbers", "names"):
            op.execute(f"ALTER TABLE recipient_search ALTER COLUMN {column} SET STORAGE EXTERNAL")


def _row_problems() -> None:
    op.create_table(
        "row_problems",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", columns.Id(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_row_problems")),
    )
    op.create_index(op.f("ix_row_problems_list_id_row"), "row_problems", ["list_id", "row"])
