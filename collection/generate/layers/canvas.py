"""A picture that layers are drawn upon, one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from collection.generate.layers.blend_modes import OUTSIDE, combined

if TYPE_CHECKING:
    from PIL import Image

    from collection.generate.layers.sheets import DecodedSheet

ROWS = 256
"""Rows that are blended at a time, so that memory does not grow with the picture."""


class Canvas:
    """Pixels of 8 bits, straight alpha. As long as all of it is opaque it is RGB: usual layers are then pasted."""

    def __init__(self, width: int, height: int, background: str = "") -> None:
        from PIL import Image

        self.size = width, height
        kind, colour = ("RGB", background) if background else ("RGBA", (0, 0, 0, 0))
        self._image = Image.new(kind, self.size, colour)
        self._empty = not background

    def draw(self, sheet: DecodedSheet, blend: str) -> None:
        """Draw a layer."""
        if blend != "source-over":
            self._blend(sheet, blend)
        elif sheet.image is not None:
            self._draw_over(sheet, sheet.image)
        self._empty = False

    def _draw_over(self, sheet: DecodedSheet, image: Image.Image) -> None:
        whole = image.size == self.size
        if sheet.opaque and whole:
            self._image = image.copy()
        elif self._image.mode == "RGB":
            self._image.paste(image, sheet.place, sheet.mask)
        elif self._empty:
            self._image.paste(image, sheet.place)
        else:
            self._image.alpha_composite(image if image.mode == "RGBA" else image.convert("RGBA"), sheet.place)

    def _blend(self, sheet: DecodedSheet, blend: str) -> None:
        """By the formulas, in strips; only where the layer shows something, if the operator leaves the rest alone."""
        from PIL import Image

        canvas = self._image if self._image.mode == "RGBA" else self._image.convert("RGBA")
        image, (left, top) = sheet.image, sheet.place
        if blend in OUTSIDE:
            layer = Image.new("RGBA", self.size, (0, 0, 0, 0))
            if image is not None:
                layer.paste(image.convert("RGBA"), sheet.place)
            left = top = 0
        elif image is None:
            return
        else:
            layer = image.convert("RGBA")
        for row in range(0, layer.height, ROWS):
            last = min(row + ROWS, layer.height)
            place = (left, top + row, left + layer.width, top + last)
            below, above = canvas.crop(place), layer.crop((0, row, layer.width, last))
            canvas.paste(
                Image.fromarray(_levels(combined(blend, _premultiplied(below), _premultiplied(above)))), place[:2]
            )
        opaque = canvas.getchannel("A").getextrema()[0] == 255
        self._image = canvas.convert("RGB") if opaque else canvas

    def pixels(self) -> npt.NDArray[np.uint8]:
        """(h, w, 3), or (h, w, 4) where something is not opaque, black where nothing is seen."""
        if self._image.mode == "RGBA" and self._image.getchannel("A").getextrema()[0] == 255:
            return np.asarray(self._image.convert("RGB"))
        found = np.asarray(self._image)
        if found.shape[2] == 4:
            found = found * (found[..., 3:] > 0)
        return found


def _premultiplied(image: Image.Image) -> npt.NDArray[np.float32]:
    found = np.asarray(image).astype(np.float32) / np.float32(255)
    found[..., :3] *= found[..., 3:]
    return found


def _levels(premultiplied: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Straight levels, 0 to 255, rounded."""
    alpha = premultiplied[..., 3:]
    straight = premultiplied.copy()
    straight[..., :3] /= np.where(alpha > 0, alpha, 1)
    return np.rint(np.clip(straight, 0, 1) * 255).astype(np.uint8)
