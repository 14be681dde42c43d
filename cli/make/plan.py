"""collection plan"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collection.values import amount

from ..render import Outcome, bytes_of
from ..session import DryRun, Json, Session, working

if TYPE_CHECKING:
    from collection.plan.forecast import Forecast, PlannedRarity
    from collection.values import Recipe


def left(session: Session) -> int:
    """Recipes that the configuration asks for and the plan lacks, or the other way round."""
    return session.project.store.plan_changes(session.project.plan.recipes)


def work(session: Session) -> Outcome:
    """Make the configuration's recipes the plan."""
    from collection.generate.registry import check_generator

    config, store = session.project.config, session.project.store
    check_generator(config)
    recipes = session.project.plan.recipes
    session.project.keep_references()
    added, retired = store.replace_plan(recipes)
    line = f"{amount(len(recipes), 'recipe')}, {amount(len(config.styles), 'style')}, {len(config.series)} series"
    changed = [f"{added} new"] if added else []
    changed += [f"{retired} of an earlier plan set aside"] if retired else []
    report: dict[str, Any] = {"planned": len(recipes), "added": added, "retired": retired}
    return Outcome("plan", f"{line} ({', '.join(changed) or 'nothing new'})", report)


def preview(session: Session, show: int) -> dict[str, Any]:
    """Tell what the plan holds and what it takes; returns the same for --json."""
    from collection.plan.forecast import forecast, rarity_table

    project, screen = session.project, session.screen
    plan, found = project.plan, {}
    counts = dict(zip((series.name for series in project.config.series), plan.counts, strict=True))
    prompts = {name: wish.prompt.count for name, wish in plan.wishes.items()}
    for name, count in counts.items():
        ways = f", {amount(prompts[name], 'way')} to write its prompt" if prompts[name] > 1 else ""
        screen.line("series", f"{name}: {amount(count, 'image')}{ways}")
    rarity = rarity_table(plan)
    if project.config.traits:
        found = {"combinations": plan.combinations.total, "combinations_exact": plan.combinations.exact}
        least = "" if plan.combinations.exact else "at least "
        screen.line("traits", f"the rules leave {least}{amount(plan.combinations.total, 'combination')}")
        show_rarity(session, rarity)
    takes = forecast(project.config, plan.recipes, *project.store.measured())
    for head, text in told(takes):
        screen.line(head, text)
    examples = [plan.recipes[place * len(plan.recipes) // show] for place in range(min(show, len(plan.recipes)))]
    for recipe in examples:
        screen.line("recipe", described(recipe))
    return {
        "series": counts, "prompts": prompts, **found, "rarity": [asdict(item) for item in rarity],
        "forecast": asdict(takes), "examples": [recipe.as_json() for recipe in examples],
    }  # fmt: skip


def show_rarity(session: Session, rarity: Sequence[PlannedRarity]) -> None:
    """The planned rarity table: trait, value, tokens, percent, images."""
    width = max(len(item.value) for item in rarity)
    for item in rarity:
        value = f"{item.value or '(none)':<{max(width, 6)}}"
        counts = f"{amount(item.tokens, 'token'):>14} {item.percent:>7.2f} %  {amount(item.images, 'image'):>14}"
        session.screen.line(item.trait, f"{value} {counts}")


def told(takes: Forecast) -> list[tuple[str, str]]:
    """What a plan takes, in lines."""
    seconds = takes.seconds
    time = "unknown" if seconds is None else f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
    return [
        ("time", f"{time} ({takes.seconds_source})"),
        ("disk", f"{bytes_of(takes.bytes)} ({takes.bytes_source})"),
        ("gas", f"{takes.gas:,} to deploy and mint ({takes.gas_source})"),
    ]


def described(recipe: Recipe) -> str:
    """A recipe in one line."""
    blend = " + ".join(f"{weight:g} {name}" for name, weight in recipe.blend.weights.items())
    traits = ", ".join(f"{name} {value}" for name, value in sorted(recipe.traits.items()))
    options = ", ".join(f"{name} {value}" for name, value in recipe.options.items())
    parts = (f'"{recipe.prompt}"', blend, traits, f"{recipe.width} x {recipe.height}", options)
    return f"{recipe.series}, seed {recipe.seed}: " + "; ".join(part for part in parts if part)


def command(
    context: typer.Context,
    show: Annotated[int, typer.Option(min=0, help="Print so many example recipes.")] = 0,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Turn collection.toml into recipes: one row for every image to make, before any is made."""
    with working(context, as_json, dry_run) as session:
        if dry_run:
            count = left(session)
            session.screen.line("plan", f"would do {amount(count, 'change')} to the plan" if count else "nothing to do")
            session.screen.object({"stage": "plan", "pending": count, **preview(session, show)})
            return
        outcome = work(session)
        session.screen.outcome(outcome)
        session.screen.object({**outcome.as_json(), **preview(session, show)})
