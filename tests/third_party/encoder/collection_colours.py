"""An encoder that sees where which colours are; its text tower knows three words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from collection.errors import UsageError
from collection.judge.encoders.plugin import EncoderPlugin
from collection.values import Pixels

WORDS = {"red": (1, -1, -1), "green": (-1, 1, -1), "blue": (-1, -1, 1)}


class Colours:
    """Unit vectors of a picture's colours, in a grid of `side` by `side` fields."""

    logit_scale = 20.0

    def __init__(self, side: int) -> None:
        self.side, self.dimensions = side, 3 * side * side
        self.model = f"colours@{side}"

    def encode(self, images: Sequence[Pixels]) -> np.ndarray:
        """(n, 3 side side)."""
        sizes = (self.side, self.side)
        small = [np.asarray(Image.fromarray(image).resize(sizes), np.float32) for image in images]
        return self._unit(np.stack(small).reshape(len(images), -1) - 127.5)

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        """The colours that the words name; grey where they name none."""
        named = [[WORDS[word] for word in text.lower().split() if word in WORDS] or [(1, 1, 1)] for text in texts]
        colours = np.array([np.sum(found, axis=0) for found in named], np.float32)
        return self._unit(np.tile(colours, self.side * self.side))

    def _unit(self, vectors: np.ndarray) -> np.ndarray:
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def opened(place: str, folder: Path) -> Colours:
    """Colours, or colours:SIDE."""
    if place and not place.isdigit():
        raise UsageError(f"colours:{place} is no grid", "write colours:4")
    return Colours(int(place or 2))


COLOURS = EncoderPlugin(opened, "sees which colours are where", "nothing")
