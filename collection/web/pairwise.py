"""Which two images a curator is asked to compare next.

The fit of the Bradley-Terry model takes about a second, so a background thread renews it while answers come in. All
images are ranked again only after images or scores changed, from the catalogue's columns where these suffice.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np

from collection.curate.reviews.log import effective_events
from collection.curate.reviews.pairwise import ErrorForecast
from collection.curate.search.catalogue import Snapshot
from collection.curate.search.columns import ImageTable, ScoreTable
from collection.curate.selection.candidates import Ranked, rank
from collection.curate.selection.vote_ranking import WON, Question, VoteRanking, next_question, vote_ranking
from collection.project import Project
from collection.stages.judges import judges_of
from collection.store.records import Asset

RENEWED = 8
"""Answers after which the fit is renewed."""


@dataclass(frozen=True, slots=True)
class NextComparison:
    """The next comparison, None if nothing is left to ask, and how reliable the answers so far are."""

    question: Question | None
    votes: int
    """Answers of all curators that count: without those that were skipped."""
    expected_error: ErrorForecast
    """The expected error of the choice that follows from them, now and after more; of the last fit."""


class PairwiseQuestions:
    """The pairwise comparisons that curators are asked. Threads may share it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lock = Lock()
        self._ranked: tuple[ImageTable, ScoreTable, Sequence[Ranked]] | None = None
        self._ranking: VoteRanking | None = None
        self._forecast: tuple[VoteRanking, ErrorForecast] | None = None
        self._renewal: Future[VoteRanking] | None = None
        self._thread = ThreadPoolExecutor(1, "pairwise")

    def next(self, curator: str, now: Snapshot) -> NextComparison:
        """The next comparison for a curator, of the images of this moment."""
        answers = effective_events(self._project.store.reviews(kind="pair"))
        with self._lock:
            if self._ranking is None or len(self._ranking.prior) != len(now.images):
                self._ranking = self._fitted(now)
            if self._renewal is None and len(answers) >= len(self._ranking.answers) + RENEWED:
                self._renewal = self._thread.submit(self._fitted, now)
            elif self._renewal is not None and self._renewal.done():
                self._ranking, self._renewal = self._renewal.result(), None
            fitted = self._ranking
            if self._forecast is None or self._forecast[0] is not fitted:
                self._forecast = fitted, fitted.strengths.forecast(fitted.keep, fitted.votes)
            expected_error = self._forecast[1]
        ranking = replace(fitted, answers=answers)
        votes = sum(event.value in WON for event in answers)
        question = next_question(self._project.store, ranking, curator)
        return NextComparison(question, votes, expected_error)

    def ranking(self, now: Snapshot, curator: str | None = None) -> VoteRanking:
        """The ranking by all answers, or by those of one curator."""
        with self._lock:
            return self._fitted(now, curator)

    def asked(self, curator: str) -> int:
        """How many comparisons this curator has answered."""
        return len(effective_events(self._project.store.reviews(kind="pair", curator=curator)))

    def close(self) -> None:
        """Wait for what is being fitted."""
        self._thread.shutdown()

    def _fitted(self, now: Snapshot, curator: str | None = None) -> VoteRanking:
        store, known = self._project.store, self._ranked
        criteria = judges_of(self._project).criteria(now.reviews.review_states(), now.issues_by_image, stock=True)
        if known is None or known[0] is not now.images or known[1] is not now.scores:
            same = criteria.metrics == now.context.ranking
            known = self._ranked = now.images, now.scores, _ranked(now) if same else rank(store, criteria.metrics)
        return vote_ranking(store, criteria, curator, ranked=known[2], duplicates=now.selection.duplicates)


def _ranked(now: Snapshot) -> list[Ranked]:
    """The result of `rank` by the ranking metrics, from the columns at hand; of each image only what a fit needs."""
    images, scores = now.images, np.nan_to_num(now.scores.ranking)
    order = np.argsort(-scores, kind="stable").tolist()
    ids, levels = images.ids.tolist(), scores.tolist()
    return [Ranked(Asset(ids[row], None, images.files[row], "", 0, 0, 0), levels[row], {}) for row in order]
