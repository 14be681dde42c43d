"""What curators say, as a log that is only ever added to, and tastes learned from it"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the change; the locks and rejects that there were become the first events."""
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("curator", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=True),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("seen", sa.String(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"]),
        sa.ForeignKeyConstraint(["other_id"], ["asset.id"]),
        sa.ForeignKeyConstraint(["undoes"], ["review.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_review_asset_id", "review", ["asset_id"])
    op.create_index("ix_review_batch", "review", ["batch"])
    op.create_index("ix_review_curator", "review", ["curator", "id"])
    op.create_table(
        "taste",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("encoder", sa.String(), nullable=False),
        sa.Column("weight", sa.LargeBinary(), nullable=False),
        sa.Column("bias", sa.Float(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    _carry_choices_over()
    for what in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER review_no_{what.lower()} BEFORE {what} ON review "
            "BEGIN SELECT RAISE(ABORT, 'reviews are only ever added; an undo is an event too'); END"
        )


def _carry_choices_over() -> None:
    op.execute(
        "INSERT INTO review (id, batch, at, curator, kind, asset_id, value, seen) "
        "SELECT row_number() OVER w, row_number() OVER w, at, 'curator', "
        "CASE verdict WHEN 'lock' THEN 'lock' ELSE 'flag' END, asset_id, "
        "CASE verdict WHEN 'lock' THEN 'true' ELSE '\"reject\"' END, '{}' "
        "FROM choice WINDOW w AS (ORDER BY at, asset_id)"
    )
    op.drop_table("choice")
