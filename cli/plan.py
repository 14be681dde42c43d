"""collection plan"""

from __future__ import annotations

from typing import Any

import typer

from .render import Outcome, amount
from .session import DryRun, Json, Session, working


def left(session: Session) -> int:
    """Recipes that the configuration asks for and the plan lacks, or the other way round."""
    from collection.plan.plan import plan

    wanted = {recipe.sha256 for recipe in plan(session.project.config)}
    return len(wanted ^ session.project.store.planned_sha256s())


def work(session: Session) -> Outcome:
    """Make the configuration's recipes the plan."""
    from collection.generate.registry import check_generator
    from collection.plan.plan import plan

    config, store = session.project.config, session.project.store
    check_generator(config)
    added, retired = store.replace_plan(plan(config))
    line = f"{amount(config.images, 'recipe')}, {amount(len(config.styles), 'style')}, {len(config.series)} series"
    changed = [f"{added} new"] if added else []
    changed += [f"{retired} of an earlier plan set aside"] if retired else []
    report: dict[str, Any] = {"planned": config.images, "added": added, "retired": retired}
    return Outcome("plan", f"{line} ({', '.join(changed) or 'nothing new'})", report)


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Turn collection.toml into recipes: one row for every image to make, before any is made."""
    with working(context, as_json, dry_run) as session:
        if dry_run:
            count = left(session)
            return session.pending("plan", count, f"{amount(count, 'change')} to the plan")
        return session.end(work(session))
