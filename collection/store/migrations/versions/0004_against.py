"""Pictures that are near-duplicates of some elsewhere"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "against",
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("keeper", sa.String(), nullable=False),
        sa.Column("distance", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("file_sha256", "place"),
    )
