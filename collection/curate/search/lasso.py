"""A lasso on a map as a condition of a query: `lasso:tsne,tiny-clip/120,300/500,310/420,700`.

The map by its method and the vectors it is of, and the corners of the lasso in thousandths of the map's sides. It holds
of the images whose place is inside, also of those that come to lie there later.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from collection.curate.projection.names import METHODS, short_names
from collection.curate.search.catalogue import Snapshot
from collection.curate.search.columns import Mask
from collection.errors import UsageError

UNIT = 1000
_CORNER = re.compile(r"-?\d{1,5},-?\d{1,5}")


def in_lasso(now: Snapshot, text: str) -> Mask:
    """Which images are inside a lasso, (n,). Raises UsageError for what is none, and for a map that nobody made."""
    name, *corners = text.split("/")
    method, _, vectors = name.partition(",")
    if len(corners) < 3 or not all(_CORNER.fullmatch(corner) for corner in corners):
        raise UsageError(f"lasso:{text[:40]} is no lasso", "draw one on the map of the review room")
    models = short_names(now.vector_models())
    found = now.map_places(method, models[vectors]) if method in METHODS and vectors in models else None
    if found is None:
        known = ", ".join(f"{each},{vector}" for each in METHODS for vector in models)
        hint = f"the view Map of the review room makes them: {known}" if models else "`collection score` gives vectors"
        raise UsageError(f'there is no map "{name}"', hint)
    ids, places = found
    polygon = np.array([[float(part) for part in corner.split(",")] for corner in corners]) / UNIT
    return now.images.mask(np.asarray(ids)[inside(places, polygon)].tolist())


def inside(places: npt.NDArray[np.floating], polygon: npt.NDArray[np.float64]) -> Mask:
    """Which places (n, 2) are inside a polygon (c, 2), by the even-odd rule (Shimrat 1962)."""
    x, y = places[:, 0], places[:, 1]
    found = np.zeros(len(places), dtype=np.bool_)
    for (left, top), (right, bottom) in zip(polygon, np.roll(polygon, 1, axis=0), strict=True):
        crosses = (top > y) != (bottom > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            found ^= crosses & (x < (right - left) * (y - top) / (bottom - top) + left)
    return found
