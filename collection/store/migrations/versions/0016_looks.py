"""What pictures are recognised by: hashes of all their turns, and a look; they are looked at again"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the change."""
    op.drop_table("fingerprint")
    op.create_table(
        "fingerprint",
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("hashes", sa.String(), nullable=False),
        sa.Column("look", sa.LargeBinary(), nullable=True),
        sa.Column("facts", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("file_sha256"),
    )
    op.execute("DELETE FROM neighbour WHERE a IN (SELECT id FROM searched WHERE model = 'phash/2')")
    op.execute("DELETE FROM searched WHERE model = 'phash/2'")
