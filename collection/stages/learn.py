"""Learn: votes become a metric, and the images that would teach it most are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from collection.project import Project
from collection.stages.judges import judges_of
from collection.stages.learned_preference import ask_next, learn_preference, votes_of
from collection.stages.report import Report, named
from collection.values import Progress, amount, silent


@dataclass(frozen=True, slots=True)
class LearnPreferenceStage:
    """Learns what all curators, or one, prefer from votes, and scores all images by it."""

    curator: str | None = None
    name: ClassVar[str] = "learn"
    unit: ClassVar[str] = "vote"

    def pending(self, project: Project) -> int:
        """Votes to learn from."""
        model = judges_of(project).model
        return len(votes_of(project.store, dict.fromkeys(project.store.embeddings(model)[0], 0), self.curator))

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Learn; raises NotEnoughVotesError where votes do not show a preference."""
        from collection.curate.selection.candidates import rank

        judges = judges_of(project)
        stock = {item.asset.id: item.score for item in rank(project.store, judges.stock_metrics)}
        found = learn_preference(project.store, judges.model, stock, self.curator)
        report, against = found.report, " and ".join(judges.stock_metrics)
        ranks = found.name in judges.ranking_metrics
        words = "ranks the images from now on" if ranks else "does not rank"
        if not ranks and not report["better"]:
            words += f": votes do not show that it beats {against}"
        line = (
            f"{found.name}, of {amount(report['votes'], 'vote')}: right on {_share(report['learned'])} of held-out "
            f"votes, {against} on {_share(report['stock'])}, chance on {report['chance']:.0%}; it {words}"
        )
        return Report("learn", line, {**report, "metric": found.name, "sha256": found.sha256, "ranks": ranks})


def questions(project: Project, count: int, curator: str | None = None) -> Report:
    """Name the images whose verdict would teach most; raises NotEnoughVotesError without any vote."""
    images = ask_next(project.store, judges_of(project).model, count, curator)
    line = f"ask about {named(images, count)}" if images else "every image has a verdict"
    return Report("ask", line, {"ask": images})


def _share(found: Mapping[str, Any]) -> str:
    low, high = found["interval"]
    return f"{found['right'] / max(found['votes'], 1):.0%} ({low:.0%} to {high:.0%})"
