"""What speaks for a picture being an original, and hashes inside of borders: pictures are looked at again"""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Make the change."""
    op.execute("DELETE FROM fingerprint")
    op.execute("DELETE FROM neighbour WHERE a IN (SELECT id FROM searched WHERE model LIKE 'phash/3%')")
    op.execute("DELETE FROM searched WHERE model LIKE 'phash/3%'")
