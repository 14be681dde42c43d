"""The files of marked pictures are remembered, which are signed otherwise each time; tokens have further files"""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Make the change."""
    op.execute(
        "CREATE TABLE marked_image (made_from VARCHAR NOT NULL PRIMARY KEY, image_sha256 VARCHAR NOT NULL, "
        "pixel_sha256 VARCHAR NOT NULL, disclosure VARCHAR NOT NULL)"
    )
    op.execute("ALTER TABLE token ADD COLUMN files VARCHAR NOT NULL DEFAULT '{}'")
    op.execute("CREATE INDEX ix_marked_image_image_sha256 ON marked_image (image_sha256)")
