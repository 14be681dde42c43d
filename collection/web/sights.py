"""Sights: what each curator has seen of others' votes and of scores. The first one is remembered for good."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from threading import Lock
from typing import Any, Literal

from collection.curate.search.catalogue import Snapshot
from collection.errors import ConflictError
from collection.store.store import Store

What = Literal["others", "scores"]
ALL = 0
"""In place of a number: what came of all votes, as the set shows it."""


class BlindError(ConflictError):
    """What is asked for would show what others said."""

    blind = True


class Sights:
    """The sights of all curators, kept warm. Threads may share it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known = store.sights()
        self._lock = Lock()

    def add(self, curator: str, what: What, images: Iterable[int]) -> None:
        """Remember that a curator sees this of these images; ALL stands for all of them."""
        with self._lock:
            known = self._known.setdefault((str(curator), what), set())
            new = set(images) - known
            known |= new
        self._store.add_sights(str(curator), what, sorted(new))

    def has(self, curator: str, what: What, images: Collection[int]) -> bool:
        """Whether a curator has seen this of any of these images."""
        known = self._known.get((str(curator), what), set())
        return ALL in known or not known.isdisjoint(images)

    def completed(self, curator: str, seen: Mapping[str, Any], images: Collection[int]) -> dict[str, Any]:
        """What the page says that it showed, and what this curator had seen of these images before: for the log.

        Of an action about many images the page says whether it showed the scores of any: that is no sight of each.
        """
        if seen.get("scores") and len(images) <= 2:
            self.add(curator, "scores", images)
        return {
            **seen,
            "others": bool(seen.get("others")) or self.has(curator, "others", images),
            "scores": bool(seen.get("scores")) or self.has(curator, "scores", images),
        }

    def refuse_blind(self, curator: str, now: Snapshot, *, owner: bool = False, said: bool = False) -> None:
        """Raise BlindError where a curator who has images left to review would see what came of the others' votes.

        `said`: others are known to have said something, in comparisons for instance. Whoever has reviewed all of them,
        or asked for it, and the owner, who writes the set, sees it from now on, which is remembered.
        """
        if self.has(curator, "others", ()) or not (said or others_said(curator, now)):
            return
        left = len(now.images) - int(now.votes(curator, curator).voted.sum())
        if left and not owner:
            raise BlindError(
                "it shows what came of the others' votes, and you have not reviewed all images",
                "show it all the same: your later votes are then logged as made with the others' in sight",
            )
        self.add(curator, "others", [ALL])


def others_said(curator: str, now: Snapshot) -> bool:
    """Whether anybody else has flagged an image, given it stars or locked it."""
    return any(
        who != curator
        for review_state in now.reviews.review_states().values()
        for who in (*review_state.flags, *review_state.stars, *review_state.locks)
    )
