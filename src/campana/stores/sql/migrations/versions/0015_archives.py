"""What is known of the files that messages of old campaigns went to."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("archive", sa.JSON(none_as_null=True)))
    op.add_column("campaigns", sa.Column("emptied", sa.Boolean(), nullable=False, server_default=sa.false()))
