"""All images at once, kept warm: columns that are read anew only where the database says that they changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock

import numpy as np
import numpy.typing as npt

from collection.curate.reviews.log import Reviews
from collection.curate.reviews.state import COLOURS, Blind, ReviewState
from collection.curate.search.columns import ImageTable, Integers, Mask, Numbers, ScoreTable, SelectionTable
from collection.store.review_records import Review
from collection.store.store import Store
from collection.values import TextEncoder

Vectors = npt.NDArray[np.float32]
IssuesByImage = Mapping[int, Mapping[str, str]]
"""The issues of the images that have any, by number: name, and why in words."""


@dataclass(frozen=True)
class RankingContext:
    """The parts of the judges that the catalogue needs: ranking metrics, encoder and flags."""

    ranking: Mapping[str, str] = field(default_factory=dict)
    """The metrics that say which image is better, and the model of each."""
    model: str = ""
    """The encoder whose vectors say what is like what."""
    issues: Callable[[], IssuesByImage] = dict
    words: TextEncoder | None = None
    """What the encoder knows of words, where it knows any."""


REMEMBERED = 10_000
"""Changes by people of which the catalogue knows the images."""


OF_THE_SELECTION = ("rank", "selected")
"""The field and the state that tell what is selected."""


class Votes:
    """How the images stand with a curator, or with all of them together: columns, (n,)."""

    def __init__(self, count: int) -> None:
        self.flags = np.zeros(count, dtype=np.int8)
        """1 pick, -1 reject, 0 none."""
        self.stars: Numbers = np.zeros(count)
        """1 to 5, the mean where they are of several; 0 where there are none."""
        self.colours = np.zeros(count, dtype=np.int8)
        """A bit a colour, in the order of COLOURS."""
        self.voted = np.zeros(count, dtype=np.bool_)
        self.contested = np.zeros(count, dtype=np.bool_)
        self.locked = np.zeros(count, dtype=np.bool_)
        self.apart = np.zeros(count, dtype=np.bool_)
        """Taken out of its stack by somebody."""

    def set(self, row: int, review_state: ReviewState, who: str | None) -> None:
        """Take over how a row stands with `who`, or with all."""
        flag = review_state.flag if who is None else review_state.flags.get(who)
        self.flags[row] = {"pick": 1, "reject": -1}.get(flag or "", 0)
        self.stars[row] = (review_state.mean_stars if who is None else review_state.stars.get(who)) or 0
        given = review_state.colours.values() if who is None else (review_state.colours.get(who, "none"),)
        self.colours[row] = sum(1 << COLOURS.index(colour) for colour in set(given) if colour != "none")
        self.voted[row] = bool(review_state.curators) if who is None else who in review_state.curators
        self.contested[row], self.locked[row] = review_state.contested, review_state.locked
        self.apart[row] = review_state.not_duplicate_by is not None


@dataclass(frozen=True)
class Snapshot:
    """The catalogue at one moment; reading it needs no lock."""

    version: int
    """Grows with every change of what is known, chosen or said."""
    images: ImageTable
    scores: ScoreTable
    selection: SelectionTable
    issues_by_image: IssuesByImage
    issues: Mapping[str, Mask]
    """The same by columns, by name."""
    reviews: Reviews
    context: RankingContext
    _store: Store
    hidden: frozenset[str] = frozenset()
    """The fields that are left out of this snapshot, as they tell what others said."""
    _votes: dict[tuple[str | None, str | None, bool], Votes] = field(default_factory=dict)
    _partial: dict[frozenset[str], Snapshot] = field(default_factory=dict)
    _whole: Snapshot | None = None
    """The one that this is a part of."""

    def without(self, metrics: Iterable[str]) -> Snapshot:
        """The same without some metrics, also in the score of an image, and without what is selected."""
        hidden = frozenset([*metrics, *OF_THE_SELECTION])
        if hidden not in self._partial:
            ranking = {name: model for name, model in self.context.ranking.items() if name not in hidden}
            self._partial[hidden] = replace(
                self, scores=self.scores.without(hidden), selection=self.selection.without_choice(),
                context=replace(self.context, ranking=ranking), hidden=hidden, _whole=self, _partial={},
            )  # fmt: skip
        return self._partial[hidden]

    def votes(self, who: str | None = None, viewer: str | None = None) -> Votes:
        """How the images stand with `who` (None: all together), as far as `viewer` may know (None: all of it)."""
        key = who, viewer, isinstance(viewer, Blind)
        found = self._votes.get(key)
        if found is None:
            found = Votes(len(self.images))
            _fill(found, self, list(self.reviews.review_states().values()), who, viewer)
            self._votes[key] = found
        return found

    @cached_property
    def vectors(self) -> tuple[Integers, Vectors]:
        """Rows, (m,), and unit vectors, (m, d), of the images that the encoder has seen."""
        if self._whole is not None:
            return self._whole.vectors
        ids, vectors = self._store.embeddings(self.context.model)
        rows = [(self.images.rows[number], place) for place, number in enumerate(ids) if number in self.images.rows]
        found = vectors[[place for _, place in rows]] if rows else vectors[:0]
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        unit = np.divide(found, lengths, out=found, where=lengths > 0)
        return np.array([row for row, _ in rows], dtype=np.int64), np.asarray(unit, dtype=np.float32)

    def vector_models(self) -> list[str]:
        """The models that gave vectors to images."""
        return self._store.vector_models()

    def map_places(self, method: str, model: str) -> tuple[list[int], Vectors] | None:
        """Numbers of images, and their places (n, 2) on a map; None where it was never laid out."""
        return self._store.map_places(method, model)

    @cached_property
    def projected(self) -> Vectors:
        """The vectors, (m, e), as they are compared with those of texts, by an encoder that knows words."""
        assert self.context.words is not None
        return self.context.words.project_images(self.vectors[1])


class Catalogue:
    """All images of a project. Threads may share it: each asks `now` and reads what it gets."""

    def __init__(self, store: Store, context: Callable[[], RankingContext]) -> None:
        """`context` is called again whenever scores changed, as the metrics that rank may have changed too."""
        self._store, self._context = store, context
        self._lock = Lock()
        self._commits = 0
        self._seen: dict[str, int] = {}
        self._last: Snapshot | None = None
        self._reviews = Reviews(store)
        self._touched: deque[tuple[int, Mapping[int, int]]] = deque(maxlen=REMEMBERED)

    def now(self) -> Snapshot:
        """The state of this moment; only changed parts are read again."""
        with self._lock:
            commits = self._store.commits()  # asked first: what comes meanwhile is read now or the next time
            if self._last is not None and commits == self._commits:
                return self._last
            self._commits = commits
            changes = self._store.changes()
            touched = self._reviews.catch_up()
            version = sum(changes.values()) + self._reviews.last
            old = self._last
            if touched:
                rest = version - self._reviews.last
                self._touched.append((version, {number: rest + event for number, event in touched.items()}))
            if old is None or changes != self._seen:
                self._last = self._renewed(old, changes, version)
                self._seen = changes
            elif touched or version != old.version:
                _renew_votes(old, touched)
                self._last = replace(old, version=version, _partial={})
                vars(self._last).update({name: vars(old)[name] for name in ("vectors",) if name in vars(old)})
            assert self._last is not None
            return self._last

    def review_states_after(self, events: Sequence[Review], numbers: Iterable[int]) -> tuple[int, list[ReviewState]]:
        """The version after these events, which were just kept (none: whatever was), and how images stand then.

        Waits for nobody who reads images or scores anew: what else changed is for `now`.
        """
        version = sum(self._seen.values()) + self._reviews.learn(events)
        return version, [self._reviews.review_state(number) for number in numbers]

    def decided_since(self, version: int) -> dict[int, int]:
        """The images that people said something of after that version, as far as it is remembered: by number, in which
        version they stand as they do now."""
        with self._lock:
            found: dict[int, int] = {}
            for later, numbers in self._touched:
                found |= numbers if later > version else {}
            return found

    def _renewed(self, old: Snapshot | None, changes: Mapping[str, int], version: int) -> Snapshot:
        stale = {what for what, count in changes.items() if self._seen.get(what) != count}
        images = ImageTable(self._store.image_columns()) if old is None or "images" in stale else old.images
        same = old is not None and images is old.images
        if old is not None and same and "scores" not in stale:
            context, scores, by_image, issues = old.context, old.scores, old.issues_by_image, old.issues
        else:
            context = self._context()
            ranking = self._store.scores_with_percentiles(context.ranking)
            scores = ScoreTable(images, self._store.score_columns(), ranking)
            by_image = context.issues()
            issues = _masks(images, by_image)
        if old is not None and same and "choice" not in stale:
            selection = old.selection
        else:
            selection = SelectionTable(images, self._store.duplicates(), self._store.selection())
        return Snapshot(version, images, scores, selection, by_image, issues, self._reviews, context, self._store)


def _masks(images: ImageTable, found: IssuesByImage) -> dict[str, Mask]:
    names = sorted({name for issues in found.values() for name in issues})
    return {name: images.mask(number for number, issues in found.items() if name in issues) for name in names}


def _renew_votes(snapshot: Snapshot, touched: Iterable[int]) -> None:
    review_states = [snapshot.reviews.review_state(number) for number in touched]
    for (who, viewer, _), votes in list(snapshot._votes.items()):
        _fill(votes, snapshot, review_states, who, viewer)


def _fill(
    votes: Votes, snapshot: Snapshot, review_states: Sequence[ReviewState], who: str | None, viewer: str | None
) -> None:
    for review_state in review_states:
        row = snapshot.images.rows.get(review_state.asset_id)
        if row is not None:
            votes.set(row, review_state if viewer is None else review_state.as_seen_by(viewer), who)
