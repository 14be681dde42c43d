"""Maps of the images by any stored vectors: laid out once, kept, and gone on with when images come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt

from collection.curate.projection.names import METHODS, short_names
from collection.curate.search.catalogue import Snapshot
from collection.errors import UsageError
from collection.store.maps import Places
from collection.store.store import Store
from collection.values import Progress


@dataclass(frozen=True)
class ImageMap:
    """Where images are, and which are alike."""

    ids: list[int]
    """Numbers of the images that have a vector."""
    places: Places
    """(n, 2) in the unit square."""
    clusters: npt.NDArray[np.int64]
    """The cluster of each, (n,), the largest first."""


class Maps:
    """The maps of a project, kept warm. Threads may share it: a map is laid out once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._known: dict[tuple[str, str], tuple[object, ImageMap]] = {}

    def vectors(self, now: Snapshot) -> Mapping[str, str]:
        """The vectors that there are maps of, that of the project's encoder first: the model by its name for people."""
        models = now.vector_models()
        return short_names(sorted(models, key=lambda model: (model != now.context.model, model)))

    def map(self, now: Snapshot, method: str, vectors: str, progress: Progress, *, anew: bool = False) -> ImageMap:
        """The map by a method of the vectors of that name, kept for good; `anew`: laid out again.

        Images that came since it was laid out are placed beside the most alike; where more came than there were, it is
        laid out again. Raises UsageError for a map that there is not.
        """
        known = self.vectors(now)
        if method not in METHODS or vectors not in known:
            raise UsageError(
                f'there is no map "{method}" of "{vectors}"', f"{' or '.join(METHODS)}; {', '.join(known)}"
            )
        key = method, known[vectors]
        with self._lock:
            kept = self._known.get(key)
            if kept is None or kept[0] is not now.images or anew:
                kept = self._known[key] = now.images, self._placed(*key, progress, anew)
            return kept[1]

    def _placed(self, method: str, model: str, progress: Progress, anew: bool) -> ImageMap:
        from collection.curate.projection.layout import KEPT, clusters, lay_beside, lay_out
        from collection.curate.projection.principal import principal

        ids, vectors = self._store.embeddings(model)
        points = principal(vectors, KEPT)
        old = None if anew else self._store.map_places(method, model)
        row_of = {number: row for row, number in enumerate(old[0])} if old else {}
        there = np.array([number in row_of for number in ids], dtype=np.bool_)
        if old is None or there.sum() * 2 < len(ids):
            places = lay_out(points, method, progress)
        else:
            places = np.zeros((len(ids), 2), np.float32)
            places[there] = old[1][[row_of[number] for number in ids if number in row_of]]
            if not there.all():
                places[~there] = lay_beside(points[there], places[there], points[~there])
        if old is None or not there.all() or len(old[0]) != len(ids):
            self._store.keep_map_places(method, model, ids, places)
        return ImageMap(ids, places, clusters(points))
