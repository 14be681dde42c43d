"""Style consistency: how near an image is to the others of its style, and how much nearer than to other styles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

from collection.judge.metric import Metric, OfSet
from collection.judge.set_metrics.image_set import BUILT_IN, ImageSet
from collection.store.records import Asset

Vectors = npt.NDArray[np.float32]

FEWEST_OF_A_STYLE = 3
"""Images of one series and blend that make a style of their own; fewer are compared with their whole series."""
_BLOCK_ELEMENTS = 1 << 22
"""Pairs looked at together: 16 MB of cosines."""


def style_consistency(vectors: Vectors, styles: Sequence[Hashable]) -> tuple[Vectors, Vectors]:
    """How near each of `vectors` (n, d) is to its own style, and how much nearer than to any other: (n,), (n,).

    The first is the cosine, -1 to 1, to the centroid of the others of its style (leave-one-out), NaN where it is the
    only one; the second that cosine minus the greatest to another style's centroid, NaN where there is none.
    """
    names: dict[Hashable, int] = {}
    own = np.array([names.setdefault(style, len(names)) for style in styles], np.int64)
    order = np.argsort(own, kind="stable")
    first = np.searchsorted(own[order], np.arange(len(names)))
    sums = np.add.reduceat(vectors[order], first, axis=0, dtype=np.float64)
    alone = np.bincount(own, minlength=len(names))[own] < 2
    consistency = np.empty(len(vectors), np.float32)
    margin = np.full(len(vectors), np.nan, np.float32)
    centroids, step = _unit(sums).astype(np.float32), max(1, _BLOCK_ELEMENTS // max(1, sums.size))
    for start in range(0, len(vectors), step):
        block, mine = vectors[start : start + step], own[start : start + step]
        consistency[start : start + step] = np.einsum("nd,nd->n", block, _unit(sums[mine] - block))
        if len(names) > 1:
            cosines = block @ centroids.T
            cosines[np.arange(len(block)), mine] = -np.inf
            margin[start : start + step] = consistency[start : start + step] - cosines.max(axis=1)
    consistency[alone] = margin[alone] = np.nan
    return consistency, margin


def _unit(vectors: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), np.float64)


def _styles(assets: Sequence[Asset]) -> list[tuple[str, str]]:
    """The style of each image: its series and blend, or its series alone where too few share the blend."""
    series = [asset.recipe.series if asset.recipe else "" for asset in assets]
    blends = [str(asset.recipe.blend.weights) if asset.recipe else "" for asset in assets]
    both = list(zip(series, blends, strict=True))
    sizes = Counter(both)
    return [style if sizes[style] >= FEWEST_OF_A_STYLE else (style[0], "") for style in both]


def _of_set(images: ImageSet) -> tuple[Vectors, Vectors]:
    return style_consistency(images.vectors, _styles(images.assets))


STYLE_CONSISTENCY = Metric(
    name="style-consistency",
    range=(-1, 1),
    better="higher",
    says="The cosine to the centre of the other images of its series and blend (of its series, where fewer than three "
    "share the blend).",
    source="Cosine to a leave-one-out class centroid, by the vectors of [score] encoder",
    limits="A vector holds content as well as style: a series of one subject looks consistent whatever its style. "
    "Changes with every image of the set. An image alone in its style has none.",
    computed=OfSet(lambda images: images.once(_of_set)[0]),
    identity=BUILT_IN,
)
STYLE_MARGIN = Metric(
    name="style-margin",
    range=(-2, 2),
    better="higher",
    says="How much nearer an image is to the centre of its own style than to the nearest other style's centre: "
    "style-consistency minus that cosine.",
    source="As style-consistency",
    limits="As style-consistency. Under 0 an image looks more like another style; where there is one style only, no "
    "image has a number.",
    computed=OfSet(lambda images: images.once(_of_set)[1]),
    identity=BUILT_IN,
)
