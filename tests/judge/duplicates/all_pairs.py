"""Near-duplicates by a full search of arrays: what the kept neighbours of a project must agree with.

Also what benchmarks/duplicates.py measures: the searches and the grouping without a database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collection.judge.duplicates.calibrate import COSINE
from collection.judge.duplicates.cosine import Vectors, limit
from collection.judge.duplicates.groups import (
    PHASH_DISTANCE,
    DuplicateGroup,
    Look,
    OrderedImages,
    of_hashes,
    of_vectors,
    star_clusters,
)
from collection.judge.duplicates.hash_neighbours import BORDER, TURNS, Hashes, near_hashes
from collection.judge.duplicates.hashes import FORMS
from collection.judge.duplicates.neighbours import near_vectors


@dataclass(frozen=True, slots=True)
class Pictures:
    """What is compared, row by row. `ids` are unique; higher `scores` are better (NaN is worst)."""

    ids: Sequence[int]
    scores: Sequence[float]
    files: Sequence[str]
    """SHA-256 of the files."""
    pixels: Sequence[str]
    """SHA-256 of the decoded pixels; equal ones must have equal perceptual hashes."""
    hashes: Hashes
    """(n, FORMS): perceptual hashes; or (n, 2), of the pictures and of their mirror images."""
    embeddings: Vectors
    """Unit vectors (n, d); d may be 0: then cosines are not compared."""


def find_duplicates(
    pictures: Pictures, *, phash_distance: int = PHASH_DISTANCE, cosine: float | Sequence[float] = COSINE,
    look: Look | None = None,
) -> list[DuplicateGroup]:  # fmt: skip
    """Groups of near-duplicates, by representative id; the order of the rows does not matter.

    Best first (highest score, then lowest id), each picture that no better one has taken keeps what is near it:
    the same file, the same pixels, hashes within `phash_distance` bits, or a cosine of at least `cosine` (one number,
    or one a picture: a pair must reach both) that `look`, if there is one, confirms. Time grows with n squared, memory
    does not.
    """
    order = sorted(range(len(pictures.ids)), key=lambda row: _rank(pictures, row))
    wanted = np.broadcast_to(np.asarray(cosine, dtype=np.float64), len(order))
    images = OrderedImages(
        [pictures.ids[row] for row in order],
        np.array(order, dtype=np.int64),
        [pictures.files[row] for row in order],
        [pictures.pixels[row] for row in order],
        [limit(float(wanted[row])) for row in order],
        phash_distance,
    )
    hashes, vectors, earlier = all_forms(pictures.hashes), pictures.embeddings, np.arange(len(order))
    by_hash = near_hashes(hashes, hashes, phash_distance, before=earlier)
    radius = max(images.limits, default=0.0) if vectors.shape[1] else -1.0
    by_vector = near_vectors(vectors, vectors, radius, before=earlier)
    return star_clusters(
        images, of_hashes(by_hash, lambda: hashes, FORMS_COMPARED), of_vectors(by_vector, lambda: vectors), look
    )


FORMS_COMPARED = (*TURNS, *BORDER)


def all_forms(hashes: Hashes) -> Hashes:
    """Hashes (n, 2) of pictures and their mirror images with those of the other forms, which are like the first."""
    return hashes if hashes.shape[1] == FORMS else np.concatenate([hashes, *[hashes[:, :1]] * (FORMS - 2)], axis=1)


def _rank(pictures: Pictures, row: int) -> tuple[float, int]:
    score = pictures.scores[row]
    return (-score if score == score else float("inf"), pictures.ids[row])
