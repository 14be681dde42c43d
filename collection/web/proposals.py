"""Proposed sets, computed from candidates that are kept between requests, so that a slider can follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from threading import Lock

from collection.curate.reviews.state import ReviewState
from collection.curate.search.catalogue import Snapshot
from collection.curate.selection.candidates import Candidates, candidates_of
from collection.curate.selection.criteria import SelectionCriteria
from collection.curate.selection.eligible import Eligible
from collection.curate.selection.select import Proposal, propose
from collection.project import Project
from collection.stages.judges import judges_of
from collection.values import Progress, silent


class Proposals:
    """Sets that could be chosen. Threads may share it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lock = Lock()
        self._of: tuple[object, ...] = ()
        self._candidates: Candidates | None = None
        self._criteria: tuple[Snapshot, SelectionCriteria] | None = None
        self._eligible: tuple[Candidates, Mapping[int, ReviewState], Eligible] | None = None
        self._newest: dict[str, int] = {}

    def criteria(self, now: Snapshot, diversity: float | None = None) -> SelectionCriteria:
        """The present criteria of the selection; `diversity` replaces the stored one."""
        with self._lock:
            if self._criteria is None or self._criteria[0] is not now:
                self._criteria = (
                    now,
                    judges_of(self._project).criteria(now.reviews.review_states(), now.issues_by_image),
                )
            criteria = self._criteria[1]
        if diversity is None:
            diversity = self._project.store.diversity(self._project.config.select.diversity)
        return replace(criteria, diversity=diversity)

    def candidates(self, now: Snapshot, criteria: SelectionCriteria) -> Candidates:
        """The candidates; read again only after images, scores or duplicates changed."""
        with self._lock:
            parts = (now.images, now.scores, now.selection.duplicates)
            if self._candidates is None or any(old is not new for old, new in zip(self._of, parts, strict=True)):
                self._of, self._candidates = parts, candidates_of(self._project.store, criteria)
            return self._candidates

    def eligible(self, candidates: Candidates, criteria: SelectionCriteria) -> Eligible:
        """The candidates that the criteria allow; computed again after candidates or decisions changed."""
        with self._lock:
            kept = self._eligible
            if kept is None or kept[0] is not candidates or kept[1] is not criteria.decided:
                kept = self._eligible = candidates, criteria.decided, Eligible(candidates, criteria)
            return kept[2]

    def proposal(
        self,
        now: Snapshot,
        criteria: SelectionCriteria,
        *,
        costs: bool = False,
        asker: str = "",
        progress: Progress = silent,
    ) -> Proposal:
        """The set by criteria that came from here; nothing is written.

        Raises OvertakenError when the same asker asks for another meanwhile: a slider moves faster than large sets are
        chosen. "" is nobody.
        """
        with self._lock:
            turn = self._newest[asker] = self._newest.get(asker, 0) + 1
        overtaken = lambda: bool(asker) and self._newest[asker] != turn  # noqa: E731
        candidates = self.candidates(now, criteria)
        eligible = self.eligible(candidates, criteria)
        return propose(candidates, criteria, costs=costs, eligible=eligible, overtaken=overtaken, progress=progress)
