"""Where the people of a list agreed to be messaged; where a suppression came from, and who added it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("recipient_lists", sa.Column("consent_source", sa.Text()))
    op.add_column("recipient_lists", sa.Column("consent_at", sa.Date()))
    op.add_column("recipient_lists", sa.Column("consent_note", sa.Text()))
    op.add_column("suppressions", sa.Column("added_by", sa.Text(), nullable=False, server_default=""))
    # Until now the source was the user's address, whichever way they came in.
    op.execute("UPDATE suppressions SET added_by = source, source = 'hand'")
