"""A picture as the metrics of pixels see it: what several of them begin with is worked out once."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from collection.judge.pixels.luminance import Grey, luminance, reduce, tones
from collection.values import Pixels, Transparent


class Picture:
    """One RGB picture, and where nothing of it is seen."""

    def __init__(self, pixels: Pixels, transparent: Transparent | None = None) -> None:
        """`transparent` (h, w, 4) has its alpha; None: all of it is opaque."""
        self.pixels = pixels
        """(h, w, 3) uint8, transparency laid on one ground."""
        self._transparent = transparent

    @cached_property
    def clear(self) -> npt.NDArray[np.bool_]:
        """(h, w): where it is wholly transparent."""
        if self._transparent is None:
            return np.zeros(self.pixels.shape[:2], dtype=np.bool_)
        return np.asarray(self._transparent[..., 3] == 0)

    @cached_property
    def luminance(self) -> Grey:
        """(h, w) uint8, of at most 1024 pixels on the longer side."""
        return reduce(luminance(self.pixels))

    @cached_property
    def tones(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """How many pixels of the luminance have each of the 256 tones: (256,)."""
        return tones(self.luminance)
