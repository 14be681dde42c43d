"""What was learned from votes has one name: the table learned_preference, the metric learned-preference"""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the change; what was learned stays, with its scores."""
    op.rename_table("taste", "learned_preference")
    op.execute("UPDATE learned_preference SET name = 'learned-preference' || substr(name, 6)")
    op.execute(
        "UPDATE score SET metric = 'learned-preference' || substr(metric, 6), "
        "model = 'learned-preference' || substr(model, 6) WHERE metric = 'taste' OR substr(metric, 1, 6) = 'taste:'"
    )
