"""Where a score stands among those of its kind"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the change."""
    op.add_column("score", sa.Column("percentile", sa.Float(), nullable=True))
