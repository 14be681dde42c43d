"""Technical quality: BRISQUE, turned round so that more is better."""

from __future__ import annotations

import numpy as np

from collection.judge.metric import Metric, OfPixels
from collection.judge.pixels.brisque import SMALLEST_SIDE, brisque
from collection.judge.pixels.contrast import contrast
from collection.judge.pixels.luminance import fine_luminance
from collection.judge.pixels.picture import Picture
from collection.judge.pixels.svm import packaged_brisque

BLANK = 2 / 255
"""A picture of less contrast than this shows nothing that BRISQUE could judge."""


def quality(picture: Picture) -> float:
    """100 - BRISQUE, 0 to 100; a blank or tiny picture has 0, for there are no statistics to judge."""
    if min(picture.pixels.shape[:2]) < SMALLEST_SIDE or contrast(picture) < BLANK:
        return 0.0
    return float(np.clip(100.0 - brisque(fine_luminance(picture.pixels)), 0.0, 100.0))


QUALITY = Metric(
    name="quality",
    range=(0, 100),
    better="higher",
    says="How little the texture looks like that of a noisy, smeared or compressed photograph: 100 minus BRISQUE.",
    source="Mittal, Moorthy, Bovik: No-Reference Image Quality Assessment in the Spatial Domain, IEEE TIP 21(12), 2012",
    limits="Of art it says nothing, and ranks nothing unless [select] by names it. Learned from distorted photographs: "
    "a picture upside down has the same number, one in shuffled tiles mostly a higher one, a worse JPEG often too; all "
    "flat art has 0, and grain and hatching count as flaws. Numbers of other sizes or compressions are not comparable.",
    computed=OfPixels(quality),
    identity=lambda: f"brisque/1@{packaged_brisque().sha256}",
)
