"""How like an image is to reference pictures: the nearest of them, and how far the ten nearest are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.judge.metric import Metric, OfSet
from collection.judge.set_metrics.image_set import BUILT_IN, ImageSet
from collection.judge.set_metrics.novelty import distance_to_nearest

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

_BLOCK_ELEMENTS = 1 << 22
"""Pairs looked at together: 16 MB of cosines."""


def most_similar(vectors: Vectors, others: Vectors) -> tuple[Rows, Vectors]:
    """The row of the nearest of `others` (m > 0, d) for each of `vectors` (n, d), and the cosine; both (n,)."""
    rows, cosines = np.empty(len(vectors), np.int64), np.empty(len(vectors), np.float32)
    step = max(1, _BLOCK_ELEMENTS // len(others))
    for start in range(0, len(vectors), step):
        found = vectors[start : start + step] @ others.T
        best = found.argmax(axis=1)
        rows[start : start + step] = best
        cosines[start : start + step] = found[np.arange(len(best)), best]
    return rows, cosines


def nearest_references(images: ImageSet) -> tuple[Rows, Vectors]:
    """The row of the most similar reference of each image, and the cosine; there must be references."""
    return most_similar(images.vectors, images.references.vectors)


REFERENCE = Metric(
    name="reference",
    range=(-1, 1),
    better="lower",
    says="The cosine to the most similar picture of the folders in [score] references; `collection references` "
    "names it.",
    source="Nearest neighbour by exact search, by the vectors of [score] encoder",
    limits="Similarity of content and texture, no finding of law: a copy in another medium may lie far away, and two "
    "sunsets near. What counts as near differs between encoders; look at the pair.",
    computed=OfSet(lambda images: images.once(nearest_references)[1], needs=("references",)),
    identity=BUILT_IN,
)
REFERENCE_NOVELTY = Metric(
    name="reference-novelty",
    range=(0, 2),
    better="neither",
    says="The mean distance (1 - cosine) to the ten most similar pictures of the folders in [score] references.",
    source="As novelty, with the references in place of the set",
    limits="As reference: far from the references is not good by itself.",
    computed=OfSet(
        lambda images: distance_to_nearest(images.vectors, images.references.vectors), needs=("references",)
    ),
    identity=BUILT_IN,
)
