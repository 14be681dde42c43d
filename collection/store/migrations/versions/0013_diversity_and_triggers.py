"""The diversity that people chose with has a table of its own, and triggers count changes, whoever makes them"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

COUNTED = {
    "images": ("recipe", "asset"),
    "scores": ("score", "embedding"),
    "choice": ("duplicate", "against", "selection"),
}


def upgrade() -> None:
    """Make the change. The diversity was kept as a stage of that name, with the configured value for its inputs."""
    op.create_table(
        "diversity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("configured", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(
        "INSERT INTO diversity (id, value, configured) "
        "SELECT 1, json_extract(report, '$.diversity'), CAST(inputs_sha256 AS REAL) FROM stage_run "
        "WHERE stage = 'diversity'"
    )
    op.execute("DELETE FROM stage_run WHERE stage = 'diversity'")
    for what, tables in COUNTED.items():
        for table in tables:
            for verb in ("INSERT", "UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_change_{verb.lower()} AFTER {verb} ON {table} "
                    f"BEGIN UPDATE change SET count = count + 1 WHERE what = '{what}'; END"
                )
