"""collection references"""

from __future__ import annotations

import typer

from ..session import Json, opened


def command(context: typer.Context, as_json: Json = False) -> None:
    """List the nearest reference picture of each image.

    The most similar images come first. `references` in [score] names the folders of the reference pictures.
    """
    from collection.stages.score import nearest_references

    with opened(context, as_json) as session:
        found, report = nearest_references(session.project)
        if found and not as_json:
            rows = [[asset.label, item.reference, f"{item.cosine:.3f}"] for asset, item in found]
            session.screen.table(["image", "nearest reference", "cosine"], rows)
        session.show(report)
