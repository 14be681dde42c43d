"""What a set is chosen from, kept warm, so that a slider can be drawn along it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from threading import Lock

from collection.curate.reviews.state import Standing
from collection.curate.search.catalogue import Snapshot
from collection.curate.selection.candidates import Candidates, candidates_of
from collection.curate.selection.criteria import Wish
from collection.curate.selection.select import Eligible, Proposal, propose
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
        self._wish: tuple[Snapshot, Wish] | None = None
        self._eligible: tuple[Candidates, Mapping[int, Standing], Eligible] | None = None
        self._newest: dict[str, int] = {}

    def wish(self, now: Snapshot, diversity: float | None = None) -> Wish:
        """What the set is to be, by what people say at this moment; `diversity` instead of the one that is kept."""
        with self._lock:
            if self._wish is None or self._wish[0] is not now:
                self._wish = now, judges_of(self._project).wish(now.reviews.standings(), now.flagged)
            wish = self._wish[1]
        if diversity is None:
            diversity = self._project.store.diversity(self._project.config.select.diversity)
        return replace(wish, diversity=diversity)

    def candidates(self, now: Snapshot, wish: Wish) -> Candidates:
        """What there is to choose from; read anew only where images, scores or duplicates changed."""
        with self._lock:
            parts = (now.images, now.scores, now.selection.aside)
            if self._candidates is None or any(old is not new for old, new in zip(self._of, parts, strict=True)):
                self._of, self._candidates = parts, candidates_of(self._project.store, wish)
            return self._candidates

    def eligible(self, candidates: Candidates, wish: Wish) -> Eligible:
        """What a wish leaves of them; worked out anew where they, or what people say, changed."""
        with self._lock:
            kept = self._eligible
            if kept is None or kept[0] is not candidates or kept[1] is not wish.decided:
                kept = self._eligible = candidates, wish.decided, Eligible(candidates, wish)
            return kept[2]

    def proposal(
        self, now: Snapshot, wish: Wish, *, costs: bool = False, asker: str = "", progress: Progress = silent
    ) -> Proposal:
        """The set of a wish that came from here; nothing is written.

        Raises OvertakenError when the same asker asks for another meanwhile: a slider moves faster than large sets are
        chosen. "" is nobody.
        """
        with self._lock:
            turn = self._newest[asker] = self._newest.get(asker, 0) + 1
        overtaken = lambda: bool(asker) and self._newest[asker] != turn  # noqa: E731
        candidates = self.candidates(now, wish)
        eligible = self.eligible(candidates, wish)
        return propose(candidates, wish, costs=costs, eligible=eligible, overtaken=overtaken, progress=progress)
