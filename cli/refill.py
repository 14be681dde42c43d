"""collection refill"""

from __future__ import annotations

from collections import Counter

import typer

from collection.values import Recipe

from .adding import add
from .render import Outcome
from .session import DryRun, Json, Session, working


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Plan what is missing of the supply after duplicates were set aside and images rejected, kind by kind."""
    with working(context, as_json, dry_run) as session:
        recipes = _missing(session)
        if recipes or dry_run:
            return add(session, "refill", recipes, dry_run=dry_run)
        line = "nothing to do: every series can fill its share of the supply"
        return session.end(Outcome("refill", line, {"added": [], "retired": [], "asked": 0}))


def _missing(session: Session) -> list[Recipe]:
    """New recipes for the kinds of token that lack candidates: after those set aside first, then after the others."""
    from collection.plan.replacements import refill, shortfall

    store, plan, seed = session.project.store, session.project.plan, session.project.config.seed
    aside = {item.asset_id for item in store.duplicates()} | session.project.wish.rejected
    known = store.recipes()
    planned = [item for item in known if item.planned]
    lost = [item for item in planned if item.id in aside]
    usable = [item for item in planned if item.id not in aside]
    needed = shortfall(
        plan.goals,
        Counter(plan.kind_of(item.recipe) for item in usable),
        Counter(plan.kind_of(item.recipe) for item in lost),
    )
    begun = sum(item.origin == "refill" for item in known)
    templates = [item.recipe for item in (*lost, *usable) if item.origin in ("config", "reroll", "refill")]
    found: list[Recipe] = []
    for kind, count in needed.items():
        of_kind = [recipe for recipe in templates if plan.kind_of(recipe) == kind]
        if of_kind:
            found += refill(of_kind, count, seed, begun + len(found))
    return found
