"""collection mismatches"""

from __future__ import annotations

import typer

from ..session import Json, opened


def command(context: typer.Context, as_json: Json = False) -> None:
    """List images that do not seem to show a planned trait.

    The images whose encoder sees another value of the trait most clearly come first. The encoder in [score] needs a
    text tower.
    """
    from collection.stages.score import mismatched

    with opened(context, as_json) as session:
        found, report = mismatched(session.project)
        rows = [
            [
                item.asset.label, item.trait, item.planned, f"{item.probability:.2f}", item.seen,
                f"{item.seen_probability:.2f}",
            ]
            for item in found
        ]  # fmt: skip
        if rows and not as_json:
            session.screen.table(["image", "trait", "planned", "chance", "seen", "chance"], rows)
        session.show(report)
