"""Contrast: how far the tones of a picture lie apart."""

from __future__ import annotations

import numpy as np

from collection.judge.metric import Defect, Metric, OfPixels
from collection.judge.pixels.picture import Picture


def contrast(picture: Picture) -> float:
    """Standard deviation of the luminance, 0 to 0.5 (RMS contrast: E. Peli, JOSA A 7(10), 1990)."""
    tones, levels = picture.tones, np.arange(256) / 255
    mean = float((tones * levels).sum() / tones.sum())
    return round(float(np.sqrt((tones * (levels - mean) ** 2).sum() / tones.sum())), 6)


CONTRAST = Metric(
    name="contrast",
    range=(0, 0.5),
    better="neither",
    says="Standard deviation of the luminance; a picture of one tone has 0.",
    source="RMS contrast; Peli: Contrast in complex images, JOSA A 7(10), 1990",
    limits="Sees tones, not colours: two colours of one luminance count as one.",
    computed=OfPixels(contrast),
    defect=Defect(
        "blank", 0.008, "under", "Less contrast: nothing is to be seen.", never_chosen=True, nothing_else=True
    ),
)
