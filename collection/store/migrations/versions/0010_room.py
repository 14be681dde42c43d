"""Counters that say what changed, for whoever keeps a copy warm, and views that people saved"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

WATCHED = {
    "images": ("recipe", "asset"),
    "scores": ("score", "embedding"),
    "choice": ("duplicate", "against", "selection"),
}


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "change",
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("what"),
    )
    op.create_table(
        "saved_view",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("curator", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    for what, tables in WATCHED.items():
        op.execute(f"INSERT INTO change (what, count) VALUES ('{what}', 0)")
        for table in tables:
            for verb in ("INSERT", "UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_change_{verb.lower()} AFTER {verb} ON {table} "
                    f"BEGIN UPDATE change SET count = count + 1 WHERE what = '{what}'; END"
                )
