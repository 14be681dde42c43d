"""Every frozen set is a version of its own, and a deployment keeps its settings and its block"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the change. The set that is frozen becomes the first version."""
    op.add_column("freeze", sa.Column("settings", sa.String(), nullable=False, server_default="{}"))
    op.add_column("freeze", sa.Column("current", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("freeze") as freeze:
        freeze.create_unique_constraint("uq_freeze_root_cid", ["root_cid"])
    op.create_table(
        "token_of_freeze",
        sa.Column("freeze_id", sa.Integer(), nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("image_sha256", sa.String(), nullable=False),
        sa.Column("metadata_sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"]),
        sa.ForeignKeyConstraint(["freeze_id"], ["freeze.id"]),
        sa.PrimaryKeyConstraint("freeze_id", "token_id"),
        sa.UniqueConstraint("freeze_id", "asset_id"),
    )
    op.execute(
        "INSERT INTO token_of_freeze SELECT freeze.id, token.token_id, token.asset_id, asset.file_sha256, "
        "token.metadata_sha256 FROM token JOIN asset ON asset.id = token.asset_id, freeze"
    )
    op.drop_table("token")
    op.rename_table("token_of_freeze", "token")
    op.add_column("deployment", sa.Column("settings", sa.String(), nullable=True))
    op.add_column("deployment", sa.Column("block", sa.Integer(), nullable=True))
