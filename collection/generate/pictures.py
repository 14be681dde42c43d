"""The pictures that recipes begin from, by the SHA-256 that names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from collection.errors import GenerationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from collection.values import Pixels


Pictures: TypeAlias = "Callable[[str], Pixels]"
"""Gives the pixels, (h, w, 3) uint8, of the picture with that SHA-256."""


def no_pictures(sha256: str) -> Pixels:
    """The Pictures of a generator that was given none: raises GenerationError."""
    raise GenerationError(f"the recipe names a picture {sha256[:12]}..., and this run has no store of pictures")


def fitted(picture: Pixels, width: int, height: int) -> Pixels:
    """The picture scaled to fill `width` x `height` (Lanczos), its middle where the sides differ in proportion."""
    import numpy as np
    from PIL import Image, ImageOps

    if picture.shape[:2] == (height, width):
        return picture
    image = ImageOps.fit(Image.fromarray(picture), (width, height), Image.Resampling.LANCZOS)
    return np.asarray(image)


class LentPictures:
    """The pictures of a store, and some that are lent for the time of one rendering."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._lent: dict[str, Pixels] = {}

    def __call__(self, sha256: str) -> Pixels:
        """The pixels, (h, w, 3) uint8, of the picture of that name."""
        lent = self._lent.get(sha256)
        return self._pictures(sha256) if lent is None else lent

    def lend(self, pixels: Pixels) -> str:
        """A name under which the pixels are found until `take_back`."""
        from collection.pictures.files import pixel_sha256

        name = pixel_sha256(pixels)
        self._lent[name] = pixels
        return name

    def take_back(self) -> None:
        """Forget what was lent."""
        self._lent.clear()
