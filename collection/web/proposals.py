"""What a set is chosen from, kept warm, so that a slider can be drawn along it."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

from collection.curate.candidates import Candidates, candidates_of
from collection.curate.catalogue import Snapshot
from collection.curate.select import Proposal, propose
from collection.curate.wish import Wish
from collection.project import Project


class Proposals:
    """Sets that could be chosen. Threads may share it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lock = Lock()
        self._of: tuple[object, ...] = ()
        self._candidates: Candidates | None = None
        self._newest: dict[str, int] = {}

    def wish(self, now: Snapshot, diversity: float | None = None) -> Wish:
        """What the set is to be, by what people say at this moment; `diversity` instead of the configured one."""
        wish = self._project.wish_after(now.reviews.standings())
        return wish if diversity is None else replace(wish, diversity=diversity)

    def candidates(self, now: Snapshot, wish: Wish) -> Candidates:
        """What there is to choose from; read anew only where images, scores or duplicates changed."""
        with self._lock:
            parts = (now.images, now.scores, now.choice.aside)
            if self._candidates is None or any(old is not new for old, new in zip(self._of, parts, strict=True)):
                self._of, self._candidates = parts, candidates_of(self._project.store, wish)
            return self._candidates

    def proposal(self, now: Snapshot, wish: Wish, *, costs: bool = False, asker: str = "") -> Proposal:
        """The set of a wish; nothing is written.

        Raises OvertakenError when the same asker asks for another meanwhile: a slider moves faster than large sets are
        chosen. "" is nobody.
        """
        with self._lock:
            turn = self._newest[asker] = self._newest.get(asker, 0) + 1
        overtaken = lambda: bool(asker) and self._newest[asker] != turn  # noqa: E731
        return propose(self.candidates(now, wish), wish, costs=costs, overtaken=overtaken)
