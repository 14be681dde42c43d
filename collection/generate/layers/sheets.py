"""Layer pictures, decoded: cut to where they show something, and kept for the next token."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from collection.errors import GenerationError, ImageError
from collection.generate.layers.recolour import recoloured

if TYPE_CHECKING:
    from PIL import Image

    from collection.generate.layers.table import Sheet

MOST_BYTES = 512 * 2**20
"""Decoded pictures that are kept; of more, those that were drawn longest ago are decoded again."""


@dataclass(frozen=True, slots=True)
class DecodedSheet:
    """What a layer shows: `image` (RGB where all of it covers, else RGBA), and where its corner lies on the canvas."""

    image: Image.Image | None
    """None: nothing is seen."""
    mask: Image.Image | None
    """Its alpha; None where all of it covers."""
    place: tuple[int, int]

    def box(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Where it shows something on a canvas of that size: left, top, right, bottom."""
        wide, high = (0, 0) if self.image is None else self.image.size
        return (*self.place, min(self.place[0] + wide, size[0]), min(self.place[1] + high, size[1]))

    def cut(self, place: tuple[int, int, int, int]) -> npt.NDArray[np.uint8]:
        """What it shows in a part of the canvas, (h, w, 4), straight alpha."""
        if self.image is None:
            return np.zeros((place[3] - place[1], place[2] - place[0], 4), np.uint8)
        left, top = self.place
        box = (place[0] - left, place[1] - top, place[2] - left, place[3] - top)
        part = self.image.crop(box)
        if self.mask is None and part.mode == "RGB":
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= self.image.width and box[3] <= self.image.height
            if inside:
                part = part.convert("RGBA")
            else:
                part = self.image.convert("RGBA").crop(box)
        return np.asarray(part)

    @property
    def bytes(self) -> int:
        """Memory that it takes."""
        return 0 if self.image is None else self.image.width * self.image.height * (4 if self.mask is None else 5)


class Sheets:
    """Decodes pictures of the project's files, each once as long as there is room; for several threads."""

    def __init__(self, path: Callable[[str, str], Path]) -> None:
        self._path = path
        self._kept: OrderedDict[object, DecodedSheet] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, sheet: Sheet, size: tuple[int, int], resize: str) -> DecodedSheet:
        """The picture of a recipe's stack for a canvas of that size; raises GenerationError, naming its file."""
        key = (sheet.file, tuple(sorted(sheet.colours.items())), size, resize)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = self._decoded(sheet, size, resize)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = found
                self._bytes += found.bytes
            while self._bytes > MOST_BYTES and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                self._bytes -= gone.bytes
        return found

    def _decoded(self, sheet: Sheet, size: tuple[int, int], resize: str) -> DecodedSheet:
        sha256, _, suffix = sheet.file.partition(".")
        try:
            data = self._path(sha256, f".{suffix}").read_bytes()
        except OSError as error:
            raise GenerationError(
                f"the layer {sheet.name} is not among the project's files ({sha256[:12]}...)",
                "put the picture back into the folder of its layer, then: collection plan",
            ) from error
        try:
            image = as_rgba(data, size, resize)
        except ImageError as error:
            raise GenerationError(f"the layer {sheet.name} {error.message}", error.hint) from error
        return _cut(recoloured(image, sheet.colours))


def as_rgba(data: bytes, size: tuple[int, int], resize: str) -> Image.Image:
    """A picture file as RGBA of that size (width, height); raises ImageError, saying what is wrong with it."""
    from PIL import Image

    from collection.generate.layers.vector import is_svg, rasterised
    from collection.pictures.files import read_picture

    if is_svg(data):
        return rasterised(data, size)
    try:
        picture = read_picture(data)
    except ImageError as error:
        raise ImageError(f"is no readable picture: {error.message}", error.hint or "export it again, as PNG") from error
    image = Image.fromarray(picture.channels).convert("RGBA")
    return fitted(image, size, resize)


def fitted(image: Image.Image, size: tuple[int, int], resize: str) -> Image.Image:
    """The picture in that size; raises ImageError where it has another and `resize` says that this is an error."""
    from PIL import Image

    if image.size == size:
        return image
    if resize == "error":
        raise ImageError(
            f"is {image.width}x{image.height}, the images are {size[0]}x{size[1]}",
            'make all of one size, or set resize = "smooth" (or "nearest", for pixel art) in [generator]',
        )
    if resize == "nearest":
        return image.resize(size, Image.Resampling.NEAREST)
    return image.resize(size, Image.Resampling.LANCZOS)


def _cut(image: Image.Image) -> DecodedSheet:
    """The part that shows something."""
    alpha = image.getchannel("A")
    box = alpha.getbbox()
    if box is None:
        return DecodedSheet(None, None, (0, 0))
    image, alpha = (image, alpha) if box == (0, 0, *image.size) else (image.crop(box), alpha.crop(box))
    if alpha.getextrema()[0] == 255:
        return DecodedSheet(image.convert("RGB"), None, box[:2])
    return DecodedSheet(image, alpha, box[:2])
