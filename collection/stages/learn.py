"""Learn: votes become a metric, and the images that would teach it most are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from collection.project import Project
from collection.stages.judges import judges_of
from collection.stages.learned_preference import ask_next, learn_preference, votes_of
from collection.stages.report import Report, named
from collection.values import Progress, amount, silent

if TYPE_CHECKING:
    from collection.store.review_records import LearnedPreference


@dataclass(frozen=True, slots=True)
class LearnPreferenceStage:
    """Learns what all curators, or one, prefer from votes, and scores all images by it."""

    curator: str | None = None
    name: ClassVar[str] = "learn"
    unit: ClassVar[str] = "vote"

    def pending(self, project: Project) -> int:
        """Votes to learn from."""
        seen = project.store.embeddings(judges_of(project).model)[0]
        return len(votes_of(project.store, dict.fromkeys(seen, 0), self.curator))

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Learn; raises NotEnoughVotesError where votes do not show a preference."""
        from collection.curate.selection.candidates import rank

        judges = judges_of(project)
        metrics, ranked = judges.stock_metrics, rank(project.store, judges.stock_metrics)
        stock = {item.asset.id: item.score for item in ranked} if metrics else None
        found = learn_preference(project.store, judges.model, stock, self.curator)
        report, against = found.report, " and ".join(metrics)
        ranking = judges.ranking_metrics
        ranks = found.name in ranking
        compared = f"{against} on {_share(report['stock'])}, " if metrics else ""
        line = (
            f"{found.name}, of {amount(report['votes'], 'vote')}: right on {_share(report['learned'])} of held-out "
            f"votes, {compared}chance on {report['chance']:.0%}; {_ranks(found, ranking, against)}"
        )
        return Report("learn", line, {**report, "metric": found.name, "sha256": found.sha256, "ranks": ranks})


def questions(project: Project, count: int, curator: str | None = None) -> Report:
    """Name the images whose verdict would teach most; raises NotEnoughVotesError without any vote."""
    images = ask_next(project.store, judges_of(project).model, count, curator)
    line = f"ask about {named(images, count)}" if images else "every image has a verdict"
    return Report("ask", line, {"ask": images})


def _ranks(found: LearnedPreference, ranking: Mapping[str, str], against: str) -> str:
    """Whether it ranks the images, alone or with others, and why not."""
    others = [name for name in ranking if name != found.name]
    if found.name in ranking:
        return "it ranks the images from now on" + (f", with equal weight as {' and '.join(others)}" if others else "")
    if not found.report["better"]:
        return f"it does not rank: votes do not show that it beats {against}"
    rank, come = ("ranks", "comes") if len(others) == 1 else ("rank", "come")
    return f"it does not rank: {' and '.join(others)} {rank} the images, and {come} first"


def _share(found: Mapping[str, Any]) -> str:
    low, high = found["interval"]
    return f"{found['right'] / max(found['votes'], 1):.0%} ({low:.0%} to {high:.0%})"
