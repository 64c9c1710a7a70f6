"""What was accepted in each quarter of an hour, filled from the messages; campaigns by their start."""

import sqlalchemy as sa
from alembic import op

from campana.stores.sql import columns

revision = "0012"
down_revision = "0011"

_COUNTED = ("sent", "delivered", "read", "failed")
_QUARTER = {
    "sqlite": "m.sent_at / 900000000",
    "postgresql": "CAST(floor(extract(epoch FROM m.sent_at) / 900) AS bigint)",
}


def upgrade() -> None:
    op.create_table(
        "accepted_quarters",
        sa.Column("campaign_id", columns.Id(), nullable=False),
        sa.Column("quarter", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in _COUNTED),
        sa.CheckConstraint(
            " AND ".join(f"{name} >= 0" for name in _COUNTED),
            name=op.f("ck_accepted_quarters_accepted_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaigns.id"],
            name=op.f("fk_accepted_quarters_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "quarter", name=op.f("pk_accepted_quarters")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_accepted_quarters_account_id_quarter"), "accepted_quarters", ["account_id", "quarter"]
    )
    op.create_index(
        op.f("ix_campaigns_account_id_started_at_id"), "campaigns", ["account_id", "started_at", "id"]
    )
    op.execute(filling(op.get_context().dialect.name))


def filling(dialect: str) -> str:
    """The statement that counts what was accepted before."""
    quarter = _QUARTER[dialect]
    sums = ", ".join(f"count(*) FILTER (WHERE m.status = '{name.upper()}')" for name in _COUNTED)
    statuses = ", ".join(f"'{name.upper()}'" for name in _COUNTED)
    return (
        f"INSERT INTO accepted_quarters (campaign_id, quarter, account_id, {', '.join(_COUNTED)})"  # noqa: S608
        f" SELECT m.campaign_id, {quarter}, c.account_id, {sums}"
        " FROM messages m JOIN campaigns c ON c.id = m.campaign_id"
        f" WHERE m.sent_at IS NOT NULL AND c.kind = 'bulk' AND m.status IN ({statuses})"
        f" GROUP BY m.campaign_id, {quarter}, c.account_id"
    )
