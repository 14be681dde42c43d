"""collection variants"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from collection.errors import UsageError
from collection.values import Recipe

from ..session import DryRun, Json, Session, working
from .adding import add, keep_picture


def command(
    context: typer.Context,
    sketch: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The picture to begin from.")],
    strengths: Annotated[str, typer.Option(help="How far to leave it: 0 not at all, 1 wholly.")] = "0.3,0.6",
    seeds: Annotated[str, typer.Option(help="Seeds, each with each strength.")] = "0-3",
    series: Annotated[
        str | None, typer.Option(metavar="NAME", help="The series whose prompt and style they take; else the first.")
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan variants of a sketch: image-to-image over strengths and seeds."""
    from collection.plan.ranges import seeds_of, strengths_of
    from collection.plan.variants import variants

    with working(context, as_json, dry_run) as session:
        templates = _templates(session, series)
        wanted = strengths_of(strengths), seeds_of(seeds)
        variants(templates, "", *wanted)  # refuses before a file is kept
        sha256 = keep_picture(session, sketch.read_bytes(), sketch, dry_run)
        add(session, "variants", variants(templates, sha256, *wanted), dry_run=dry_run)


def _templates(session: Session, series: str | None) -> list[Recipe]:
    """The recipes of a series that the configuration planned."""
    names = [item.name for item in session.project.config.series]
    if series is not None and series not in names:
        raise UsageError(f'there is no series "{series}"', f"the series are: {', '.join(names)}")
    name = names[0] if series is None else series
    known = session.project.store.recipes()
    found = [item.recipe for item in known if item.planned and item.origin == "config" and item.recipe.series == name]
    if not found:
        raise UsageError(f'nothing is planned for the series "{name}"', "`collection plan` comes first")
    return found
