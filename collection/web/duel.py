"""Which two images to compare next. The fit behind it takes a second, so it is renewed beside the answers.

All images are ranked for it only where images or scores changed, and by the catalogue's columns where these say it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np

from collection.curate.reviews.log import standing_events
from collection.curate.reviews.pairwise import Outlook
from collection.curate.search.catalogue import Snapshot
from collection.curate.search.columns import Images, Scores
from collection.curate.selection.candidates import Ranked, rank
from collection.curate.selection.vote_ranking import WON, Question, VoteRanking, next_question, vote_ranking
from collection.project import Project
from collection.store.records import Asset

RENEWED = 8
"""Answers after which the fit is renewed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to ask next, None if nothing is left, and how far the asking is."""

    question: Question | None
    votes: int
    """Answers of all curators that count."""
    outlook: Outlook
    """How much of the choice that follows from them is in doubt, and what more will bring; of the last fit."""


class Duel:
    """The questions of a room. Threads may share it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lock = Lock()
        self._ranked: tuple[Images, Scores, Sequence[Ranked]] | None = None
        self._ranking: VoteRanking | None = None
        self._outlook: tuple[VoteRanking, Outlook] | None = None
        self._renewal: Future[VoteRanking] | None = None
        self._thread = ThreadPoolExecutor(1, "duel")

    def next(self, curator: str, now: Snapshot) -> Asked:
        """The next comparison for a curator, of the images of this moment."""
        answers = standing_events(self._project.store.reviews(kind="pair"))
        with self._lock:
            if self._ranking is None or len(self._ranking.prior) != len(now.images):
                self._ranking = self._fitted(now)
            if self._renewal is None and len(answers) >= len(self._ranking.answers) + RENEWED:
                self._renewal = self._thread.submit(self._fitted, now)
            elif self._renewal is not None and self._renewal.done():
                self._ranking, self._renewal = self._renewal.result(), None
            fitted = self._ranking
            if self._outlook is None or self._outlook[0] is not fitted:
                self._outlook = fitted, fitted.strengths.outlook(fitted.keep, fitted.votes)
            outlook = self._outlook[1]
        ranking = replace(fitted, answers=answers)
        votes = sum(event.value in WON for event in answers)
        question = next_question(self._project.store, ranking, curator)
        return Asked(question, votes, outlook)

    def asked(self, curator: str) -> int:
        """How many comparisons this curator has answered."""
        return len(standing_events(self._project.store.reviews(kind="pair", curator=curator)))

    def close(self) -> None:
        """Wait for what is being fitted."""
        self._thread.shutdown()

    def _fitted(self, now: Snapshot) -> VoteRanking:
        store, known = self._project.store, self._ranked
        wish = self._project.stock_wish_after(now.reviews.standings(), now.flagged)
        if known is None or known[0] is not now.images or known[1] is not now.scores:
            same = wish.metrics == now.judge.ranking
            known = self._ranked = now.images, now.scores, _ranked(now) if same else rank(store, wish.metrics)
        return vote_ranking(store, wish, ranked=known[2], aside=now.choice.aside)


def _ranked(now: Snapshot) -> list[Ranked]:
    """What `rank` gives by the metrics that rank, from the columns at hand: of an image only what a fit asks for."""
    images, scores = now.images, np.nan_to_num(now.scores.ranking)
    order = np.argsort(-scores, kind="stable").tolist()
    ids, levels = images.ids.tolist(), scores.tolist()
    return [Ranked(Asset(ids[row], None, images.files[row], "", 0, 0, 0), levels[row], {}) for row in order]
