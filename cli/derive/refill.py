"""collection refill"""

from __future__ import annotations

import typer

from ..render import Outcome
from ..session import DryRun, Json, working
from .adding import add


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Plan what is missing of the supply after duplicates were set aside and images rejected, kind by kind."""
    from collection.plan.additions import refilled

    with working(context, as_json, dry_run) as session:
        project = session.project
        recipes = refilled(project.store, project.plan, project.wish.rejected)
        if recipes or dry_run:
            return add(session, "refill", recipes, dry_run=dry_run)
        line = "nothing to do: every series can fill its share of the supply"
        return session.end(Outcome("refill", line, {"added": [], "retired": [], "asked": 0}))
