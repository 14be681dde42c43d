"""Which two images to compare next. The fit behind it takes a second, so it is renewed beside the answers."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Lock

from collection.curate.ranking import Question, VoteRanking, next_question, vote_ranking
from collection.curate.reviews import standing_events
from collection.project import Project

RENEWED = 8
"""Answers after which the fit is renewed."""


class Duel:
    """The questions of a room. Threads may share it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lock = Lock()
        self._ranking: VoteRanking | None = None
        self._renewal: Future[VoteRanking] | None = None
        self._thread = ThreadPoolExecutor(1, "duel")

    def question(self, curator: str, images: int) -> Question | None:
        """The next comparison for a curator, None if none is left; `images` is how many there are."""
        answers = standing_events(self._project.store.reviews(kind="pair"))
        with self._lock:
            if self._ranking is None or len(self._ranking.prior) != images:
                self._ranking = self._fitted()
            if self._renewal is None and len(answers) >= len(self._ranking.answers) + RENEWED:
                self._renewal = self._thread.submit(self._fitted)
            elif self._renewal is not None and self._renewal.done():
                self._ranking, self._renewal = self._renewal.result(), None
            ranking = replace(self._ranking, answers=answers)
        wish = self._project.stock_wish
        return next_question(self._project.store, wish, curator, ranking=ranking)

    def asked(self, curator: str) -> int:
        """How many comparisons this curator has answered."""
        return len(standing_events(self._project.store.reviews(kind="pair", curator=curator)))

    def close(self) -> None:
        """Wait for what is being fitted."""
        self._thread.shutdown()

    def _fitted(self) -> VoteRanking:
        return vote_ranking(self._project.store, self._project.stock_wish)
