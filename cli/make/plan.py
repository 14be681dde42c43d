"""collection plan"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from collection.values import amount

from ..render import Screen
from ..session import Anyway, DryRun, Json, Yes, opened

if TYPE_CHECKING:
    from collection.plan.forecast import PlannedRarity
    from collection.stages.plan import PlanPreview


SHOWN_NUMBERS = 12
"""Numbers of a trait that have a line each."""


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
        show_rarity(screen, preview.rarity, preview.numeric)
    for head, text in preview.takes:
        screen.line(head, text)
    for recipe in preview.examples:
        screen.line("recipe", described(recipe))


def show_rarity(screen: Screen, rarity: Sequence[PlannedRarity], numeric: Collection[str]) -> None:
    """Show the planned rarity table: trait, value, tokens, percent, images. Many numbers of a trait are one line."""
    by_trait: dict[str, list[PlannedRarity]] = {}
    for item in rarity:
        by_trait.setdefault(item.trait, []).append(item)
    for trait, items in by_trait.items():
        numbers = sorted((float(item.value), item.tokens) for item in items if item.value) if trait in numeric else []
        if len(numbers) > SHOWN_NUMBERS:
            most = amount(max(tokens for _, tokens in numbers), "token")
            screen.line(
                trait, f"{len(numbers)} numbers, {numbers[0][0]:g} to {numbers[-1][0]:g}, each of {most} at most"
            )
            by_trait[trait] = [item for item in items if not item.value]
    shown = [item for items in by_trait.values() for item in items]
    width = max((len(item.value) for item in shown), default=0)
    for item in shown:
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
            refusal = stage.foreseen(project)
        else:
            (report,) = session.work(PlanStage(anyway, session.agreed(yes)))
            done, refusal = report.as_json(), None
        preview = preview_plan(project, show)
        show_preview(screen, preview)
        if refusal:
            raise refusal
        screen.object({**done, **preview.as_json()})
