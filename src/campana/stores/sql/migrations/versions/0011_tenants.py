"""What an installation sets for an account, and its owners do: ceilings, suspension, access."""

import sqlalchemy as sa
from alembic import op

from campana.stores.sql import columns

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    for column in (
        sa.Column("rate_limit_per_s", sa.Float(precision=53)),
        sa.Column("daily_limit", sa.Integer()),
        sa.Column("suspended_at", columns.Moment()),
        sa.Column("suspension_reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("admin_access_until", columns.Moment()),
    ):
        op.add_column("accounts", column)
