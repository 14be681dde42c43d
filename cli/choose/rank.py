"""collection rank"""

from __future__ import annotations

from typing import Annotated

import typer

from collection.errors import UsageError
from collection.values import label

from ..session import DryRun, Json, opened
from .deciding import As, Redo, Undo, curator_of, stepped
from .image_arguments import Images


def command(
    context: typer.Context,
    images: Images = None,
    curator: As = "curator",
    take_back: Undo = False,
    bring_back: Redo = False,
    most: Annotated[int, typer.Option("--most", min=0, metavar="N", help="Show at most N rows.")] = 20,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Rank images by pairwise comparisons.

    The ranking starts from what the scores predict. IMAGES, best first, add comparisons: each image is better than
    the next one.
    """
    from collection.stages.decide import put_in_order
    from collection.stages.images import numbers_of
    from collection.stages.rank import RankStage

    with opened(context, as_json) as session:
        project, screen = session.project, session.screen
        if stepped(session, "rank", curator, images, take_back, bring_back):
            return None
        if images and dry_run:
            raise UsageError("--dry-run takes no images", "leave out the images, or --dry-run")
        if images:
            put_in_order(project, numbers_of(project, images), curator_of(curator))
        if dry_run:
            return session.pending(RankStage())
        (report,) = session.work(RankStage())
        shown = [
            [f"{place}", label(row["image"]), f"{row['strength']:.2f}", f"{low:.2f} to {high:.2f}"]
            for place, row in enumerate(report.details["ranking"][: most if report.details["votes"] else 0], 1)
            for low, high in [row["interval"]]
        ]
        if shown and not as_json:
            screen.table(["rank", "image", "strength", "95 % interval"], shown)
        return session.end(report)
