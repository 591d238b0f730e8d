"""What Alembic runs for a migration: one transaction on the connection that `casebook.open` holds."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=None, transactional_ddl=False)
context.run_migrations()
