"""A recipe names the one whose place it takes when its image is made; what was retired without a replacement is back"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the change. The parent of an enlarged or finished image is the one that it replaces."""
    op.add_column("recipe", sa.Column("replaces", sa.String(), nullable=True))
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT recipe.id, recipe.body, asset.id IS NULL FROM recipe "
            "LEFT JOIN asset ON asset.recipe_id = recipe.id WHERE recipe.origin IN ('upscale', 'finish')"
        )
    ).all()
    for number, body, unmade in rows:
        for parent in json.loads(body).get("parents", [])[:1]:
            values = {"id": number, "parent": parent}
            connection.execute(sa.text("UPDATE recipe SET replaces = :parent WHERE id = :id"), values)
            if unmade:
                back = "UPDATE recipe SET planned = 1, retired = 0 WHERE sha256 = :parent AND retired"
                connection.execute(sa.text(back), {"parent": parent})
