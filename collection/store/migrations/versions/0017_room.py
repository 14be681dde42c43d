"""Actions by the id that their page gave them, so that none counts twice, and the first sight of others' votes"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "sent_action",
        sa.Column("curator", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("curator", "id"),
    )
    op.create_table(
        "sight",
        sa.Column("curator", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("curator", "what", "asset_id"),
    )
