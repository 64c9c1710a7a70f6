"""Alembic's entry: runs the migrations on the connection it is given, inside that connection's
transaction."""

from alembic import context

from campana.stores.sql.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
)
context.run_migrations()
