"""Vectors as the store keeps them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.judge.pixels.colour import COLOUR
from collection.store.store import Store


def unit_length(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Stored vectors (n, d) with the rounding of their length taken out."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def described(store: Store, encoder: str) -> tuple[list[int], tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
    """Numbers of the images that were looked at, their unit vectors (n, d) by the encoder and their colour (n, 14)."""
    ids, vectors = store.embeddings(encoder)
    coloured, colours = store.embeddings(COLOUR)
    rows = {number: row for row, number in enumerate(coloured)}
    both = [row for row, number in enumerate(ids) if number in rows]
    numbers = [ids[row] for row in both]
    if not numbers:
        return [], (vectors[:0], colours[:0])
    return numbers, (unit_length(vectors[both]), colours[[rows[number] for number in numbers]])
