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
    """Show what the choice would change in the written set."""
    from collection.stages.report import named
    from collection.values import amount

    found, screen = stage.preview(session.project), session.screen
    moved = found.moves
    screen.line("preview", f"{amount(len(moved.added), 'image')} in, {len(moved.removed)} out; nothing is written")
    for word, numbers in (("in", moved.added), ("out", moved.removed)):
        if numbers:
            screen.line(word, named(numbers))
    _show_sets(screen, [found.now, found.then], moved.changed)
    screen.object(found.as_json())


def _show_sets(screen: Screen, sets: Sequence[SetSummary], changed: Sequence[Rarity]) -> None:
    """Two sets side by side, now and then: how good they are, and the trait values in which they differ."""
    reaches = [found.coverage for found in sets]
    screen.table(
        ["", "now", "then"],
        [
            ["images", *(str(found.images) for found in sets)],
            ["mean percentile", *(f"{found.mean_score:.1f}" if found.images else "" for found in sets)],
            ["mean distance to the nearest chosen", *(f"{reach.mean:.3f}" if reach else "" for reach in reaches)],
            ["farthest from any chosen", *(f"{reach.farthest:.3f}" if reach else "" for reach in reaches)],
            *([f"{item.trait} {item.value}", str(item.before), str(item.count)] for item in changed),
        ],
    )


def command(
    context: typer.Context,
    why: Annotated[int | None, typer.Option(metavar="TOKEN", help="Say why this token's image was chosen.")] = None,
    why_image: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Say why this image was chosen, or why not.")
    ] = None,
    lock: Annotated[
        list[int] | None, typer.Option(metavar="IMAGE", help="Have this image in the set whatever its score.")
    ] = None,
    reject: Annotated[list[int] | None, typer.Option(metavar="IMAGE", help="Keep this image out of the set.")] = None,
    free: Annotated[
        list[int] | None, typer.Option(metavar="IMAGE", help="Take back what was said of this image.")
    ] = None,
    swap: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="CHOSEN OTHER", help="Reject a chosen image and lock another of its kind."),
    ] = None,
    diversity: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Weigh likeness so from now on: 0 best scores only, 1 most different only."),
    ] = None,
    look: Annotated[
        bool, typer.Option("--preview", help="Show what would come in, go out and grow rarer; write nothing.")
    ] = False,
    curator: As = "curator",
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Choose good images that are unlike each other and no duplicates, one for each token."""
    from collection.stages.select import SelectStage, explain, explain_token

    with opened(context, as_json) as session:
        if why is not None or why_image is not None:
            found = explain(session.project, why_image or 0) if why is None else explain_token(session.project, why)
            session.screen.line(label(found.image), found.line)
            return session.screen.object(found.as_json())
        stage = SelectStage(lock or (), reject or (), free or (), swap, diversity, curator, SEEN)
        if look:
            return preview(session, stage)
        if stage.says and dry_run:
            raise UsageError(
                "--dry-run records nothing that you say of the set", "--preview shows what it would change"
            )
        return session.do(stage, dry_run)
