"""Runs migrations on the connection that `upgrade` gives; Alembic loads this file by its place."""

from alembic import context

from api.store.tables import Row

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Row.metadata, render_as_batch=True
)
context.run_migrations()
