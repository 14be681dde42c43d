"""What pictures mean: the prompt a model was asked with, and the nearest reference"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "prompted",
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("prompt_sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("file_sha256", "metric", "model"),
    )
    op.create_table(
        "nearest",
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("cosine", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("file_sha256"),
    )
