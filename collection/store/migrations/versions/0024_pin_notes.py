"""A pin remembers what its storage is to know when the next run goes on"""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Make the change."""
    op.execute("ALTER TABLE pin ADD COLUMN notes VARCHAR NOT NULL DEFAULT '{}'")
