"""Exposure: whether the tones of a picture lie near the middle or at the ends."""

from __future__ import annotations

import numpy as np

from collection.judge.metric import Metric, OfPixels
from collection.judge.pixels.picture import Picture


def exposure(picture: Picture) -> float:
    """Mean closeness of the tones to the middle, 0 to 1: exp(-(v - 1/2)^2 / (2 0.2^2)).

    The well-exposedness of T. Mertens, J. Kautz, F. Van Reeth, "Exposure Fusion", Pacific Graphics 2007.
    """
    closeness = np.exp(-((np.arange(256) / 255 - 0.5) ** 2) / (2 * 0.2**2))
    return round(float((picture.tones * closeness).sum() / picture.tones.sum()), 6)


EXPOSURE = Metric(
    name="exposure",
    range=(0, 1),
    better="neither",
    says="Mean closeness of the tones to the middle; near 0, almost all are close to black or to white.",
    source="Well-exposedness; Mertens, Kautz, Van Reeth: Exposure Fusion, Pacific Graphics 2007",
    limits="Night, stars, snow and ink on paper are as they are on purpose, so that it raises no issue: highlights and "
    "overexposure tell what is too dark or too light.",
    computed=OfPixels(exposure),
)
