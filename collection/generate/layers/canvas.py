"""A picture that layers are drawn upon, one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from collection.generate.layers.blend_modes import OUTSIDE, combined, premultiplied, straightened

if TYPE_CHECKING:
    from collection.generate.layers.sheets import DecodedSheet

ROWS = 128
"""Rows that are blended at a time, so that memory does not grow with the picture."""


class Canvas:
    """As long as all of it is opaque it is an RGB image, upon which usual layers are pasted; else premultiplied RGBA."""

    def __init__(self, width: int, height: int, background: str = "") -> None:
        from PIL import Image

        self.size = width, height
        self._opaque = Image.new("RGB", self.size, background) if background else None
        self._soft: npt.NDArray[np.uint8] | None = None

    def draw(self, sheet: DecodedSheet, blend: str, opacity: float = 1) -> None:
        """Draw a layer."""
        if blend == "source-over" and opacity == 1 and self._paste(sheet):
            return
        if sheet.image is not None or blend in OUTSIDE:
            self._blend(sheet, blend, opacity)

    def _paste(self, sheet: DecodedSheet) -> bool:
        """Lay a usual layer upon an opaque picture; False if that is not what is there."""
        if sheet.image is not None and sheet.mask is None and sheet.image.size == self.size:
            self._opaque, self._soft = sheet.image.copy(), None
        elif self._opaque is None:
            return False
        elif sheet.image is not None:
            self._opaque.paste(sheet.image, sheet.place, sheet.mask)
        return True

    def _blend(self, sheet: DecodedSheet, blend: str, opacity: float) -> None:
        """By the formulas, in strips; only where the layer shows something, if the operator leaves the rest alone."""
        canvas = self._premultiplied()
        left, top, right, last = sheet.box(self.size) if blend not in OUTSIDE else (0, 0, *self.size)
        for row in range(top, last, ROWS):
            place = (left, row, right, min(row + ROWS, last))
            strip = canvas[place[1] : place[3], left:right]
            strip[:] = combined(blend, strip, premultiplied(sheet.cut(place)), opacity)
        self._opaque, self._soft = None, canvas
        if canvas[..., 3].min() == 255:
            from PIL import Image

            self._opaque, self._soft = Image.fromarray(np.ascontiguousarray(canvas[..., :3])), None

    def _premultiplied(self) -> npt.NDArray[np.uint8]:
        if self._soft is not None:
            return self._soft
        if self._opaque is not None:
            return np.array(self._opaque.convert("RGBA"))
        return np.zeros((self.size[1], self.size[0], 4), np.uint8)

    def pixels(self) -> npt.NDArray[np.uint8]:
        """(h, w, 3), or (h, w, 4), straight, where something is not opaque; black where nothing is seen."""
        if self._opaque is not None:
            return np.asarray(self._opaque)
        soft = self._premultiplied()
        return np.concatenate([straightened(soft[row : row + ROWS]) for row in range(0, len(soft), ROWS)])
