"""Sights: what each curator has seen of others' votes and of scores. The first one is remembered for good."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from threading import Lock
from typing import Any, Literal

from collection.curate.reviews.state import Blind
from collection.curate.search.catalogue import Snapshot
from collection.curate.selection.vote_ranking import VOTES
from collection.errors import BlindError
from collection.stages.learned_preference import metric_of_curator
from collection.store.store import Store

What = Literal["others", "scores"]
SEEN: tuple[What, ...] = ("others", "scores")
ALL = 0
"""In place of a number: what came of all votes, as the set shows it."""


class Sights:
    """The sights of all curators, kept warm. Threads may share it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known = store.sights()
        self._lock = Lock()

    def add(self, curator: str, what: What, images: Iterable[int]) -> None:
        """Remember that a curator sees this of these images; ALL stands for all of them."""
        self._store.add_sights(str(curator), what, self._new(curator, what, images))

    def _new(self, curator: str, what: What, images: Iterable[int]) -> list[int]:
        """Know it from now on; returns the images of which it must be written yet."""
        with self._lock:
            known = self._known.setdefault((str(curator), what), set())
            new = set(images) - known
            known |= new
        return sorted(new)

    def has(self, curator: str, what: What, images: Collection[int]) -> bool:
        """Whether a curator has seen this of any of these images."""
        known = self._known.get((str(curator), what), set())
        return ALL in known or not known.isdisjoint(images)

    def completed(
        self, curator: str, actions: Iterable[tuple[Mapping[str, Any], Collection[int]]]
    ) -> list[dict[str, Any]]:
        """For the log: of each action what the page says that it showed, and what this curator had seen of its images
        before. An action is given by the former and by its images.

        Of an action about many images the page says whether it showed the scores of any: that is no sight of each.
        """
        found, new = [], list[int]()
        for seen, images in actions:
            if seen.get("scores") and len(images) <= 2:
                new += self._new(curator, "scores", images)
            had: dict[str, Any] = {what: bool(seen.get(what)) or self.has(curator, what, images) for what in SEEN}
            found.append({**seen, **had})
        self._store.add_sights(str(curator), "scores", new)
        return found

    def blind(self, curator: str, now: Snapshot) -> bool:
        """Whether a curator is not to see what came of all votes: others decided, and images are left to review.

        A Blind one never is. Whoever has reviewed all images, or asked for it, sees it for good.
        """
        if not others_decided(curator, now):
            return False
        if isinstance(curator, Blind):
            return True
        left = len(now.images) - int(now.votes(curator, curator).voted.sum())
        return left > 0 and not self.has(curator, "others", ())

    def known(self, curator: str, role: str, now: Snapshot) -> Snapshot:
        """All images without what tells a blind curator what others said: what is selected, the metrics that others'
        decisions taught, and their part in every score. A viewer, who decides nothing, is not blind.

        For a curator who sees all of it although others decided, that is remembered.
        """
        if role == "viewer" or not others_decided(curator, now):
            return now
        if not self.blind(curator, now):
            self.add(curator, "others", [ALL])
            return now
        return now.without(name for name in now.scores.metrics if _of_others(name, curator, now))

    def refuse_blind(self, curator: str, now: Snapshot, *, owner: bool = False) -> None:
        """Raise BlindError where a curator who is still blind would see what came of the others' votes.

        The owner, who writes the set, sees it from now on, which is remembered.
        """
        if self.blind(curator, now) and not owner:
            raise BlindError.of("it shows what came of the others' votes")
        if others_decided(curator, now):
            self.add(curator, "others", [ALL])


DECIDE = ("flag", "stars", "lock", "pair")
"""The kinds of decisions of which the set, or what is learned, comes."""


def others_decided(curator: str, now: Snapshot, kinds: Sequence[str] = DECIDE) -> bool:
    """Whether anybody else ever decided anything of these kinds."""
    return not now.reviews.curators(*kinds) <= {str(curator)}


def _of_others(metric: str, curator: str, now: Snapshot) -> bool:
    """Whether a metric comes of what others decided."""
    if metric == VOTES:
        return others_decided(curator, now, ["pair"])
    learned = metric_of_curator(None)
    return metric == learned or (metric.startswith(f"{learned}:") and metric != metric_of_curator(curator))
