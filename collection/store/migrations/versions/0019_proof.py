"""A frozen set knows the manifest of its proof; one frozen before there were proofs has none"""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make the change."""
    op.execute("ALTER TABLE freeze ADD COLUMN proof_sha256 VARCHAR")
