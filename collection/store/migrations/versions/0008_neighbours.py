"""Neighbours of pictures, and the hashes of their mirror images"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the change."""
    op.add_column("fingerprint", sa.Column("mirrored", sa.String(), nullable=True))
    op.create_table(
        "searched",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("within", sa.Float(), nullable=False),
        sa.Column("cut", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("file_sha256", "model"),
    )
    op.create_index("ix_searched_model", "searched", ["model"])
    op.create_table(
        "neighbour",
        sa.Column("a", sa.Integer(), nullable=False),
        sa.Column("b", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("distance", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("a", "b"),
    )
    op.create_index("ix_neighbour_b", "neighbour", ["b"])
