"""Pictures and small trained-like models for the judge's tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from collection.values import Pixels

PHOTOS = (
    *("astronaut", "chelsea", "coffee", "rocket", "camera", "immunohistochemistry", "moon", "hubble_deep_field"),
    *("brick", "grass", "gravel", "retina", "colorwheel", "cell", "coins", "page", "clock", "logo", "text"),
)


@pytest.fixture(scope="session")
def photo() -> Callable[[str], Pixels]:
    """A photograph of scikit-image by name, as RGB."""
    from skimage import data

    def load(name: str) -> Pixels:
        picture = np.asarray(getattr(data, name)())
        grey = picture.ndim == 2
        return np.ascontiguousarray(np.stack([picture] * 3, axis=-1) if grey else picture[..., :3])

    return load


@pytest.fixture(scope="session")
def photos(photo: Callable[[str], Pixels]) -> dict[str, Pixels]:
    """Nineteen unlike pictures, none larger than 512 pixels."""

    def bounded(picture: Pixels) -> Pixels:
        image = Image.fromarray(picture)
        image.thumbnail((512, 512))
        return np.asarray(image)

    return {name: bounded(photo(name)) for name in PHOTOS}
