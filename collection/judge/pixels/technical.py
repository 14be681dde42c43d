"""The technical metrics of a picture, from its pixels alone, and what each was measured by."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from collection.judge.pixels import defects
from collection.judge.pixels.brisque import SMALLEST_SIDE, brisque
from collection.judge.pixels.lettering import lettering
from collection.judge.pixels.svm import packaged_brisque
from collection.values import Pixels

QUALITY = "quality"
"""The metric of technical quality, 0 to 100."""
BLANK = 2 / 255
"""A picture of less contrast than this shows nothing that BRISQUE could judge."""

_LUMA = (0.2125, 0.7154, 0.0721)
"""Rec. 709 luma weights in the rounding of the code that BRISQUE's machine was trained with."""
_MEASURES = {
    "contrast": defects.contrast,
    "sharpness": defects.sharpness,
    "exposure": defects.exposure,
    "clipping": defects.clipping,
    "banding": defects.banding,
    "borders": defects.borders,
    "text": lettering,
}
"""The measures on the reduced luminance, by metric."""
_VERSION = 1
"""Of those measures: another one makes every image pending."""


class Technical:
    """BRISQUE and the measures of defects (a `PixelScorer`)."""

    @property
    def models(self) -> Mapping[str, str]:
        """Identity of each metric: the version of the code and, of BRISQUE, the weights."""
        found = {metric: f"{metric}/{_VERSION}" for metric in _MEASURES}
        return {QUALITY: f"brisque/1@{packaged_brisque().sha256}", **found}

    def measure(self, pixels: Pixels) -> dict[str, float]:
        """Each metric of one RGB picture (h, w, 3) uint8.

        Quality is 0 to 100, higher is better: 100 - BRISQUE; a blank or tiny picture has 0, for there are no statistics
        to judge.
        """
        grey = defects.reduce(defects.luminance(pixels))
        found = {metric: round(measure(grey), 6) for metric, measure in _MEASURES.items()}
        judged = min(pixels.shape[:2]) >= SMALLEST_SIDE and found["contrast"] >= BLANK
        return {QUALITY: _quality(pixels) if judged else 0.0, **found}


def _quality(pixels: Pixels) -> float:
    red, green, blue = (pixels[..., channel] for channel in range(3))
    luminance = (red * _LUMA[0] + green * _LUMA[1] + blue * _LUMA[2]) / 255.0
    return float(np.clip(100.0 - brisque(luminance), 0.0, 100.0))
