"""collection dedupe"""

from __future__ import annotations

import typer

from .render import Outcome, amount
from .session import DryRun, Json, Session, working

SHOWN = 3


def left(session: Session) -> int:
    """Images to compare: all of them if any is new since the last time."""
    from collection.judge.dedupe import pending

    project = session.project
    return pending(project.store, project.nearness, project.ranking())


def work(session: Session) -> Outcome:
    """Find the near-duplicates, unless nothing changed."""
    from collection.judge.dedupe import dedupe

    project = session.project
    nothing = "" if left(session) else "nothing to do: "
    if not nothing:
        dedupe(project.store, project.nearness, project.ranking())
    aside = project.store.duplicates()
    pairs = [f"{item.keeper_id:04d} kept, {item.asset_id:04d} set aside" for item in aside[:SHOWN]]
    more = f"; and {len(aside) - SHOWN} more" if len(aside) > SHOWN else ""
    line = f"{nothing}{amount(len(aside), 'near-duplicate')}{': ' if aside else ''}{'; '.join(pairs)}{more}"
    items = [
        {"image": item.asset_id, "keeper": item.keeper_id, "why": item.why, "distance": item.distance} for item in aside
    ]
    return Outcome("dedupe", line, {**project.store.stage_report("dedupe"), "duplicates": items})


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Set near-duplicates aside: same bytes, same pixels, near hash, near vector. The best of each group is kept."""
    with working(context, as_json, dry_run) as session:
        if dry_run:
            count = left(session)
            return session.pending("dedupe", count, f"a comparison of {amount(count, 'image')}")
        return session.end(work(session))
