"""A picture as the metrics of pixels see it: what several of them begin with is worked out once."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from collection.judge.pixels.luminance import Grey, luminance, reduce, tones
from collection.values import Pixels


class Picture:
    """One RGB picture."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        """(h, w, 3) uint8."""

    @cached_property
    def luminance(self) -> Grey:
        """(h, w) uint8, of at most 1024 pixels on the longer side."""
        return reduce(luminance(self.pixels))

    @cached_property
    def tones(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """How many pixels of the luminance have each of the 256 tones: (256,)."""
        return tones(self.luminance)
