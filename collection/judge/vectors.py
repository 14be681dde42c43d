"""Vectors as the store keeps them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def unit_length(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Stored vectors (n, d) with the rounding of their length taken out."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)
