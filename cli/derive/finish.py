"""collection finish"""

from __future__ import annotations

import typer

from ..session import DryRun, Json, working
from .adding import add


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Plan the chosen drafts again with the model's full decoder; they take the drafts' places."""
    from collection.plan.variants import finished

    with working(context, as_json, dry_run) as session:
        store = session.project.store
        chosen = {item.asset_id for item in store.selection()}
        drafts = [item for item in store.recipes() if item.planned and item.id in chosen]
        found = [(item.id, recipe) for item in drafts if (recipe := finished(item.recipe))]
        if not found:
            return session.pending("finish", 0, "")
        recipes, numbers = [recipe for _, recipe in found], [number for number, _ in found]
        return add(session, "finish", recipes, dry_run=dry_run, instead_of=numbers)
