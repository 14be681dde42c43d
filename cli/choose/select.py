"""collection select"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from collection.errors import UsageError
from collection.values import label

from ..render import Screen
from ..session import DryRun, Json, Session, opened
from .deciding import SEEN, As

if TYPE_CHECKING:
    from collection.curate.selection.statistics import Rarity
    from collection.stages.select import SelectStage, SetSummary


def preview(session: Session, stage: SelectStage) -> None:
    """Show how a new selection would differ from the written set."""
    from collection.stages.report import named
    from collection.values import amount

    found, screen = stage.preview(session.project), session.screen
    moved = found.set_diff
    screen.line("preview", f"{amount(len(moved.added), 'image')} in, {len(moved.removed)} out; nothing was written")
    for word, numbers in (("in", moved.added), ("out", moved.removed)):
        if numbers:
            screen.line(word, named(numbers))
    _show_sets(screen, [found.now, found.then], moved.changed)
    screen.object(found.as_json())


def _shown_score(found: SetSummary) -> str:
    if not found.images:
        return ""
    return "not judged" if found.mean_score is None else f"{found.mean_score:.1f}"


def _show_sets(screen: Screen, sets: Sequence[SetSummary], changed: Sequence[Rarity]) -> None:
    """Show two sets side by side: their scores and variety, and the trait values in which they differ."""
    reaches = [found.coverage for found in sets]
    screen.table(
        ["", "now", "then"],
        [
            ["images", *(str(found.images) for found in sets)],
            ["mean percentile", *(_shown_score(found) for found in sets)],
            [
                "mean distance to the nearest selected image",
                *(f"{reach.mean:.3f}" if reach else "" for reach in reaches),
            ],
            [
                "largest distance to the nearest selected image",
                *(f"{reach.farthest:.3f}" if reach else "" for reach in reaches),
            ],
            *([f"{item.trait} {item.value}", str(item.before), str(item.count)] for item in changed),
        ],
    )


def command(
    context: typer.Context,
    why: Annotated[
        int | None, typer.Option(metavar="TOKEN", help="Explain why the image of this token was selected.")
    ] = None,
    why_image: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Explain why this image was selected or not.")
    ] = None,
    swap: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="SELECTED OTHER", help="Reject a selected image and lock another in its place."),
    ] = None,
    diversity: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            metavar="WEIGHT",
            help="Weight of variety from now on: 0 takes the best scores, 1 the most different images.",
        ),
    ] = None,
    look: Annotated[
        bool,
        typer.Option("--preview", help="Show what would enter, leave and change in rarity, without writing anything."),
    ] = False,
    curator: As = "curator",
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Select the set: good images that differ from each other.

    The command selects one image for each token. It respects quotas, picks, rejections and locks, and never selects
    a duplicate. Decisions are recorded by `pick`, `reject` and `lock`; --preview shows what they change in the set.
    """
    from collection.stages.select import SelectStage, explain, explain_token

    with opened(context, as_json) as session:
        if why is not None or why_image is not None:
            found = explain(session.project, why_image or 0) if why is None else explain_token(session.project, why)
            session.screen.line(label(found.image), found.line)
            return session.screen.object(found.as_json())
        stage = SelectStage(swap=swap, diversity=diversity, curator=curator, seen=SEEN)
        if look:
            return preview(session, stage)
        if stage.says and dry_run:
            raise UsageError("--dry-run goes with neither --swap nor --diversity", "--preview shows what they change")
        return session.do(stage, dry_run)
