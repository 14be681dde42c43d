"""The catalogue with all comparisons counted, as they are before every choice."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from collection.curate.reviews.log import effective_events
from collection.curate.search.catalogue import Snapshot
from collection.project import Project
from collection.stages.rank import count_comparisons

Answer = tuple[int | None, int | None, str | int | bool | None]
"""Two images by number, and which is the better."""


class Counting:
    """Counts comparisons by the stage that `collection select` begins with, where there are new ones.

    Threads may share it.
    """

    def __init__(self, project: Project, now: Callable[[], Snapshot]) -> None:
        self._project, self._now = project, now
        self._lock = Lock()
        self._last: Snapshot | None = None
        self._of: tuple[object, object, list[Answer]] | None = None

    def now(self) -> Snapshot:
        """The state of this moment; comparisons are counted only after something changed."""
        with self._lock:
            now = self._now()
            if now is not self._last:
                pairs = effective_events(self._project.store.reviews(kind="pair"))
                answers = [(event.asset_id, event.other_id, event.value) for event in pairs]
                if not self._same(now, answers):
                    count_comparisons(self._project)
                    now = self._now()
                self._last, self._of = now, (now.images, now.scores, answers)
            return now

    def _same(self, now: Snapshot, answers: list[Answer]) -> bool:
        """Whether neither images, nor scores, nor answers changed since they were counted."""
        if self._of is None:
            return False
        images, scores, counted = self._of
        return images is now.images and scores is now.scores and counted == answers
