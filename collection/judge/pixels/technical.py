"""The technical metrics of a picture, from its pixels alone, and what each was measured by."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from collection.judge.pixels import defects
from collection.judge.pixels.banding import banding
from collection.judge.pixels.brisque import SMALLEST_SIDE, brisque
from collection.judge.pixels.lettering import lettering
from collection.judge.pixels.luminance import fine_luminance, luminance, reduce
from collection.judge.pixels.svm import packaged_brisque
from collection.values import Pixels

QUALITY = "quality"
"""The metric of technical quality, 0 to 100."""
BLANK = 2 / 255
"""A picture of less contrast than this shows nothing that BRISQUE could judge."""

_OF_TONES = {"contrast": defects.contrast, "exposure": defects.exposure, "clipping": defects.clipping}
"""The measures on how often each tone comes in the reduced luminance, by metric."""
_MEASURES = {
    "sharpness": defects.sharpness,
    "banding": banding,
    "borders": defects.borders,
    "text": lettering,
}
"""The measures on the reduced luminance itself."""
_VERSIONS = {"banding": 2}
"""Of those measures that are not the first of their name: another one makes every image pending."""


class Technical:
    """BRISQUE and the measures of defects (a `PixelScorer`)."""

    @property
    def models(self) -> Mapping[str, str]:
        """Identity of each metric: the version of the code and, of BRISQUE, the weights."""
        found = {metric: f"{metric}/{_VERSIONS.get(metric, 1)}" for metric in (*_OF_TONES, *_MEASURES)}
        return {QUALITY: f"brisque/1@{packaged_brisque().sha256}", **found}

    def measure(self, pixels: Pixels) -> dict[str, float]:
        """Each metric of one RGB picture (h, w, 3) uint8.

        Quality is 0 to 100, higher is better: 100 - BRISQUE; a blank or tiny picture has 0, for there are no statistics
        to judge.
        """
        grey = reduce(luminance(pixels))
        tones = defects.tones(grey)
        found = {metric: measure(tones) for metric, measure in _OF_TONES.items()}
        found |= {metric: measure(grey) for metric, measure in _MEASURES.items()}
        found = {metric: round(value, 6) for metric, value in found.items()}
        judged = min(pixels.shape[:2]) >= SMALLEST_SIDE and found["contrast"] >= BLANK
        return {QUALITY: _quality(pixels) if judged else 0.0, **found}


def _quality(pixels: Pixels) -> float:
    return float(np.clip(100.0 - brisque(fine_luminance(pixels)), 0.0, 100.0))
