"""collection plan"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from collection.values import amount

from ..render import Screen
from ..session import Anyway, DryRun, Json, Yes, opened

if TYPE_CHECKING:
    from collection.plan.forecast import PlannedRarity
    from collection.stages.plan import PlanPreview


def show_preview(screen: Screen, preview: PlanPreview) -> None:
    """Show the series, the traits and the forecast of a plan, and example recipes."""
    from collection.stages.plan import described

    for name, count in preview.series.items():
        prompts = preview.prompts[name]
        ways = f", {amount(prompts, 'possible prompt')}" if prompts > 1 else ""
        screen.line("series", f"{name}: {amount(count, 'image')}{ways}")
    if preview.combinations:
        total, exact = preview.combinations
        screen.line("traits", f"the rules allow {'' if exact else 'at least '}{amount(total, 'combination')}")
        show_rarity(screen, preview.rarity)
    for head, text in preview.takes:
        screen.line(head, text)
    for recipe in preview.examples:
        screen.line("recipe", described(recipe))


def show_rarity(screen: Screen, rarity: Sequence[PlannedRarity]) -> None:
    """Show the planned rarity table: trait, value, tokens, percent, images."""
    width = max(len(item.value) for item in rarity)
    for item in rarity:
        value = f"{item.value or '(none)':<{max(width, 6)}}"
        counts = f"{amount(item.tokens, 'token'):>14} {item.percent:>7.2f} %  {amount(item.images, 'image'):>14}"
        screen.line(item.trait, f"{value} {counts}")


def command(
    context: typer.Context,
    show: Annotated[int, typer.Option(min=0, metavar="N", help="Print N example recipes.")] = 0,
    anyway: Anyway = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Turn collection.toml into recipes, one for each image.

    The command also forecasts rarity, time, disk space and gas.
    """
    from collection.stages.plan import PlanStage, preview_plan

    with opened(context, as_json) as session:
        project, screen, stage = session.project, session.screen, PlanStage(anyway, yes)
        if dry_run:
            for note in stage.notes(project):
                screen.note(note)
            count = stage.pending(project)
            screen.line("plan", f"{amount(count, stage.unit)} pending" if count else "nothing to do")
            done = {"stage": "plan", "pending": count}
        else:
            (report,) = session.work(PlanStage(anyway, session.agreed(yes)))
            done = report.as_json()
        preview = preview_plan(project, show)
        show_preview(screen, preview)
        screen.object({**done, **preview.as_json()})
