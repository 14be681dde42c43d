"""Stacks of near-duplicates as other thresholds would draw them, for a slider; what they go by is kept warm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock

from collection.curate.search.catalogue import Snapshot
from collection.judge.duplicates.groups import DuplicateGroup
from collection.judge.duplicates.regroup import GroupingThresholds, Regrouping
from collection.project import Project
from collection.stages.judges import judges_of
from collection.store.judging_records import Duplicate


class Stacking:
    """Near-duplicates that could be. Threads may share it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lock = Lock()
        self._of: tuple[object, ...] = ()
        self._regrouping: Regrouping | None = None

    @property
    def movable(self) -> bool:
        """Whether `dedupe` kept neighbours to draw stacks by."""
        return bool(self._project.store.stage_report("dedupe").get("cosines"))

    def at(
        self, now: Snapshot, nearer: float, viewer: str
    ) -> tuple[GroupingThresholds, bool, Mapping[int, Sequence[Duplicate]]]:
        """The thresholds that `nearer` (-1 to 1, see Regrouping) means, whether they are the loosest, and the stacks.

        The stacks are by the number of the image that leads, as those of Choice; nothing is set aside by them. A locked
        image leads, as far as the viewer may know of the lock.
        """
        known = self._known(now)
        at = known.thresholds(nearer)
        locked = frozenset(
            number
            for number, review_state in now.reviews.review_states().items()
            if review_state.as_seen_by(viewer).locked
        )
        found = {group.representative: _stack(group) for group in known.groups(at, locked)}
        return at, at == known.loosest, found

    def _known(self, now: Snapshot) -> Regrouping:
        """Read anew only where images, scores or duplicates changed."""
        with self._lock:
            parts = (now.images, now.scores, now.selection.duplicates)
            if self._regrouping is None or any(old is not new for old, new in zip(self._of, parts, strict=True)):
                self._of, self._regrouping = parts, judges_of(self._project).regrouping()
            return self._regrouping


def _stack(group: DuplicateGroup) -> list[Duplicate]:
    return [Duplicate(member.id, group.representative, member.why, member.distance) for member in group.members]
