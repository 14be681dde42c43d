"""collection mismatches"""

from __future__ import annotations

import typer

from ..session import Json, opened


def command(context: typer.Context, as_json: Json = False) -> None:
    """List images that do not show a planned trait.

    What the generator of an image reports comes first; it is certain. Then come the images whose encoder sees another
    value of the trait most clearly, if the encoder in [score] has a text tower.
    """
    from collection.stages.mismatches import mismatched

    with opened(context, as_json) as session:
        found, report = mismatched(session.project)
        rows = [
            [
                item.asset.label, item.trait, item.planned, f"{item.probability:.2f}", item.seen or "(not painted)",
                f"{item.seen_probability:.2f}", item.by,
            ]
            for item in found
        ]  # fmt: skip
        if rows and not as_json:
            session.screen.table(["image", "trait", "planned", "chance", "seen", "chance", "by"], rows)
        session.show(report)
