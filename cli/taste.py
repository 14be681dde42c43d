"""What `score --taste` and `score --ask` do."""

from __future__ import annotations

from typing import Any

from collection.values import amount

from .deciding import named
from .render import Outcome
from .session import Session


def learn(session: Session, curator: str | None) -> None:
    """Learn a taste from votes, and say what held-out votes show of it."""
    project = session.project
    found = project.learn_taste(curator)
    report, stock = found.report, " and ".join(project.stock_metrics)
    ranks = found.name in project.ranking_metrics
    words = "ranks the images from now on" if ranks else "does not rank"
    if not ranks and not report["better"]:
        words += f": votes do not show that it beats {stock}"
    line = (
        f"{found.name}, of {amount(report['votes'], 'vote')}: right on {_share(report['learned'])} of held-out "
        f"votes, {stock} on {_share(report['stock'])}, chance on {report['chance']:.0%}; it {words}"
    )
    session.end(Outcome("score", line, {**report, "metric": found.name, "sha256": found.sha256, "ranks": ranks}))


def ask(session: Session, curator: str | None, count: int) -> None:
    """Name the images whose verdict teaches most about a taste."""
    from collection.stages.taste import ask_next

    images = ask_next(session.project.store, session.project.nearness.model, count, curator)
    line = f"ask about {named(images, count)}" if images else "every image has a verdict"
    session.end(Outcome("score", line, {"ask": images}))


def _share(found: dict[str, Any]) -> str:
    low, high = found["interval"]
    return f"{found['right'] / max(found['votes'], 1):.0%} ({low:.0%} to {high:.0%})"
