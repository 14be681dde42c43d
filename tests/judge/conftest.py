"""Pictures and small trained-like models for the judge's tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from collection.judge.votes import PairVote, Verdict
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


WIDTH = 32


@dataclass(frozen=True)
class Curator:
    """Somebody who likes one direction of the vectors, with some whim; the stock metric points elsewhere."""

    vectors: np.ndarray
    liking: np.ndarray
    stock: np.ndarray
    rng: np.random.Generator

    def pairs(self, count: int, name: str = "") -> list[PairVote]:
        found = []
        for _ in range(count):
            one, other = (int(row) for row in self.rng.choice(len(self.vectors), 2, replace=False))
            better = self.rng.random() < 1 / (1 + np.exp(self.liking[other] - self.liking[one]))
            found.append(PairVote(one, other, name) if better else PairVote(other, one, name))
        return found

    def verdicts(self, count: int) -> list[Verdict]:
        rows = self.rng.choice(len(self.vectors), count, replace=False)
        chances = 1 / (1 + np.exp(-self.liking[rows] - 0.7))
        return [Verdict(int(row), bool(self.rng.random() < chance)) for row, chance in zip(rows, chances, strict=True)]


@pytest.fixture
def curator() -> Curator:
    rng = np.random.default_rng(7)
    vectors = rng.normal(size=(300, WIDTH)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    liking, stock = rng.normal(size=WIDTH), rng.normal(size=WIDTH)
    return Curator(vectors, vectors @ liking * 4, vectors @ (0.4 * liking + stock), rng)
