"""How warm the colours of a picture are, and three metrics that are computed otherwise."""

from __future__ import annotations

import numpy as np

from collection.judge.metric import Defect, Metric, OfPixels, OfSet, OfSetByPart, OfVectors
from collection.judge.pixels.picture import Picture
from collection.judge.set_metrics.image_set import ImageSet


def warmth(picture: Picture) -> float:
    """The share of red in red and blue together, 0 to 1; 0.5 where there is neither."""
    red, _, blue = picture.pixels.reshape(-1, 3).mean(axis=0)
    return float(red / (red + blue)) if red + blue else 0.5


def crowding(images: ImageSet) -> np.ndarray:
    """How many of the other images lie within a cosine of 0.9, as a share; none for an image alone."""
    if len(images) < 2:
        return np.full(len(images), np.nan)
    near = images.vectors @ images.vectors.T >= 0.9
    return (near.sum(axis=1) - 1) / (len(images) - 1)


def blend_share(images: ImageSet) -> dict[str, np.ndarray]:
    """The weight of each style in each image's blend."""
    blends = [asset.recipe.blend.weights if asset.recipe else {} for asset in images.assets]
    names = sorted({name for blend in blends for name in blend})
    return {name: np.array([blend.get(name, np.nan) for blend in blends]) for name in names}


WARMTH = Metric(
    name="warmth",
    range=(0, 1),
    better="neither",
    says="The share of red in red and blue together.",
    source="own",
    limits="A red thing on blue ground is as warm as violet.",
    computed=OfPixels(warmth),
    defect=Defect("cold", 0.2, "under", "Less warmth: hardly any red."),
)
FIRST_FEATURE = Metric(
    name="first-feature",
    range=(-1, 1),
    better="higher",
    says="The first number of the vector.",
    source="own",
    limits="Says nothing.",
    computed=OfVectors(lambda vectors: vectors[:, 0]),
)
CROWDING = Metric(
    name="crowding",
    range=(0, 1),
    better="lower",
    says="The share of the other images that lie near.",
    source="own",
    limits="Changes with every image of the set.",
    computed=OfSet(crowding),
)
BLEND_SHARE = Metric(
    name="blend-share",
    range=(0, 1),
    better="neither",
    says="The weight of a style in the blend.",
    source="own",
    limits="What was asked for, not what is seen.",
    computed=OfSetByPart(blend_share),
    parts="STYLE",
)
