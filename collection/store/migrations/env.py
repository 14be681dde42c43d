"""Run by Alembic: the migrations work on the connection that `migrate` hands over."""

from alembic import context
from sqlmodel import SQLModel

import collection.store.contract_tables
import collection.store.room_tables
import collection.store.tables  # noqa: F401  (fills SQLModel.metadata)

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
