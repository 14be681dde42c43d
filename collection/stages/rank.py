"""Rank: what people said in comparisons of two becomes the metric "votes", by which images are chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from collection.project import Project
from collection.stages.judges import judges_of
from collection.stages.report import Report
from collection.values import Progress, amount, silent

if TYPE_CHECKING:
    from collection.curate.reviews.pairwise import ErrorForecast
    from collection.curate.selection.vote_ranking import VoteRanking

DOUBT = 0.05
"""The share of the choice that may be wrong when there is no need to ask on."""


def comparisons_pending(project: Project) -> bool:
    """Whether comparisons say other than when they were last counted."""
    from collection.curate.selection.vote_ranking import pending

    return pending(project.store, judges_of(project).criteria(stock=True))


def count_comparisons(project: Project) -> None:
    """Rank the images by comparisons, if these say other than when they were last counted.

    That comes before every choice. It is one transaction of derived numbers, so that it needs no turn: two at once
    keep the same.
    """
    from collection.curate.selection.vote_ranking import pending, rank_by_votes

    criteria = judges_of(project).criteria(stock=True)
    if pending(project.store, criteria):
        rank_by_votes(project.store, criteria)


@dataclass(frozen=True, slots=True)
class RankStage:
    """Fits all comparisons around what the scores expect, and says how far they settle the choice."""

    name: ClassVar[str] = "rank"
    unit: ClassVar[str] = "fit"

    def pending(self, project: Project) -> int:
        """1 if comparisons say other than when they were last counted, else 0."""
        return int(comparisons_pending(project))

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Fit them; `details["ranking"]` has every fitted image, best first."""
        from collection.curate.selection.vote_ranking import rank_by_votes

        judges = judges_of(project)
        return _report(rank_by_votes(project.store, judges.criteria(stock=True)), judges.ranking_metrics)


def _report(found: VoteRanking, ranking: Mapping[str, str]) -> Report:
    from collection.curate.selection.vote_ranking import VOTES

    strengths, keep = found.strengths, found.keep
    forecast = strengths.forecast(keep, found.votes, DOUBT)
    conclusive = bool(found.votes) and strengths.conclusive
    details: dict[str, Any] = {
        "votes": found.votes, "conclusive": conclusive, "evidence": strengths.evidence, "keep": keep,
        "expected_error": forecast.as_json(), "ranking": _ranking(found),
    }  # fmt: skip
    if not found.votes:
        hint = "compare images in `collection review`, or here: collection rank WINNER LOSER"
        return Report("rank", "nobody has compared any images yet", details, hint=hint)
    others = " and ".join(name for name in ranking if name != VOTES)
    ranks = f"too few to rank by: {others} still does" if others else "they rank the images"
    if conclusive and others:
        ranks = f"{others} ranks, as [select] by says"
    wrong = f"{forecast.now:.0%} of the choice is expected to be wrong"
    line = f"{amount(found.votes, 'comparison')}, {ranks}; {wrong}, {_more(forecast)}"
    return Report("rank", line, details)


def _more(forecast: ErrorForecast) -> str:
    """What asking on would bring."""
    if forecast.settled:
        return "no need to ask on"
    return f"about {forecast.then:.0%} after {amount(forecast.votes, 'more vote')}"


def _ranking(found: VoteRanking) -> list[dict[str, Any]]:
    """The fitted images with where their strengths lie, best first."""
    strengths = found.strengths
    ends = strengths.intervals().tolist()
    return [
        {"image": found.ranked[row].asset.id, "strength": float(strengths.values[row]), "interval": ends[row]}
        for row in strengths.order
    ]
