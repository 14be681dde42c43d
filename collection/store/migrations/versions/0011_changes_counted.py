"""Changes are counted once a transaction by whoever writes, no longer once a row by triggers"""

from alembic import op

revision = "0011"
down_revision = "0010"

WATCHED = ("recipe", "asset", "score", "embedding", "duplicate", "against", "selection")


def upgrade() -> None:
    """Make the change."""
    for table in WATCHED:
        for verb in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {table}_change_{verb}")
