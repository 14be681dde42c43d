"""Recipes that people added or replaced"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the change."""
    op.add_column("recipe", sa.Column("origin", sa.String(), nullable=False, server_default="config"))
    op.add_column("recipe", sa.Column("retired", sa.Boolean(), nullable=False, server_default=sa.false()))
