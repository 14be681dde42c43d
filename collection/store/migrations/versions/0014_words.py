"""Columns, recipes and records take the field's words: license, init_image, representative_id and their like"""

import hashlib
import json
from typing import Any

import rfc8785
import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

FIELDS = {
    "sketch": "init_image", "mask": "mask_image", "toward": "interpolation_target", "late_blend": "switch_to",
}  # fmt: skip
OPTIONS = {"batch": "batch_size", "ip_scale": "ip_adapter_scale", "switch": "switch_at", "t": "alpha"}
LONG_PROMPT = {"refuse": "error", "cut": "truncate"}
ORIGINS = {"variants": "variations", "refill": "top-up", "repair": "inpaint"}


def upgrade() -> None:
    """Make the change. A recipe that says its fields by the new words has another hash, which its children name."""
    op.execute("ALTER TABLE duplicate RENAME COLUMN keeper_id TO representative_id")
    op.execute("DROP INDEX ix_duplicate_keeper_id")
    op.execute("CREATE INDEX ix_duplicate_representative_id ON duplicate (representative_id)")
    op.execute("ALTER TABLE against RENAME COLUMN keeper TO representative")
    op.execute("ALTER TABLE searched RENAME COLUMN within TO radius")
    op.execute("ALTER TABLE searched RENAME COLUMN cut TO truncated_at")
    connection = op.get_bind()
    for old, new in ORIGINS.items():
        connection.execute(sa.text("UPDATE recipe SET origin = :new WHERE origin = :old"), {"old": old, "new": new})
    _rename_recipes(connection)
    for number, text in connection.execute(sa.text("SELECT id, generator FROM asset")).all():
        record = json.loads(text)
        if "licence" in record:
            record["license"] = record.pop("licence")
            values = {"id": number, "text": json.dumps(record, ensure_ascii=False)}
            connection.execute(sa.text("UPDATE asset SET generator = :text WHERE id = :id"), values)


def _rename_recipes(connection: sa.Connection) -> None:
    rows = connection.execute(sa.text("SELECT id, sha256, body, stands_for FROM recipe ORDER BY id")).all()
    bodies = {number: _renamed(json.loads(body)) for number, _, body, _ in rows}
    hashes: dict[str, str] = {}
    left = {sha256: number for number, sha256, _, _ in rows}
    while left:  # parents before their children
        ready = [sha256 for sha256, number in left.items() if not left.keys() & {*bodies[number].get("parents", ())}]
        for sha256 in ready or [*left]:
            body = bodies[left.pop(sha256)]
            if "parents" in body:
                body["parents"] = [hashes.get(parent, parent) for parent in body["parents"]]
            hashes[sha256] = hashlib.sha256(rfc8785.dumps(body)).hexdigest()
    statement = sa.text("UPDATE recipe SET sha256 = :sha256, body = :body, stands_for = :stands_for WHERE id = :id")
    for number, sha256, _, stands_for in rows:
        if hashes[sha256] != sha256 or hashes.get(stands_for, stands_for) != stands_for:
            text = rfc8785.dumps(bodies[number]).decode()
            values = {
                "id": number,
                "sha256": hashes[sha256],
                "body": text,
                "stands_for": hashes.get(stands_for, stands_for),
            }
            connection.execute(statement, values)


def _renamed(recipe: dict[str, Any]) -> dict[str, Any]:
    found = {FIELDS.get(name, name): value for name, value in recipe.items()}
    if "interpolation_target" in found:
        found["interpolation_target"] = _renamed(found["interpolation_target"])
    if "options" in found:
        options = {OPTIONS.get(name, name): value for name, value in found["options"].items()}
        if "long_prompt" in options:
            options["long_prompt"] = LONG_PROMPT.get(options["long_prompt"], options["long_prompt"])
        found["options"] = options
    return found
