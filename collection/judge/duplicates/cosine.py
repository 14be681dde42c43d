"""Vectors and the cosine distance of two, worked out so that it does not depend on what else is compared.

In double precision, of the vectors as they were given, rounded to a millionth: both orders of a pair agree, and a
threshold draws the same line through every search.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.judge.duplicates.pairs import Floats, Rows

Singles = npt.NDArray[np.float32]
Vectors = Singles | npt.NDArray[np.float16]

DIGITS = 6
"""Decimals of a cosine distance."""


def unit(vectors: Vectors) -> Singles:
    """Vectors (n, d) in single precision and of length 1."""
    wide = np.asarray(vectors, dtype=np.float32)
    lengths = np.sqrt(np.einsum("nd,nd->n", wide, wide))[:, None]
    return np.asarray(wide / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def limit(cosine: float) -> float:
    """The distance that a cosine threshold stands for."""
    return round(1 - cosine, DIGITS)


def cosine_distances(one: Vectors, other: Vectors) -> Floats:
    """1 - cosine of vectors (n, d) row by row, in double precision, to a millionth; never below 0."""
    first, second = one.astype(np.float64), other.astype(np.float64)
    lengths = np.sqrt(np.einsum("nd,nd->n", first, first) * np.einsum("nd,nd->n", second, second))
    cosines = np.einsum("nd,nd->n", first, second) / np.where(lengths > 0, lengths, 1)
    return np.asarray(np.maximum(0.0, np.round(1 - cosines, DIGITS)))


def pair_distances(block: Vectors, others: Vectors, rows: Rows, columns: Rows, most: int = 8192) -> Floats:
    """`cosine_distances` of rows of one array and rows of another, `most` pairs at a time."""
    parts = [
        cosine_distances(block[rows[start : start + most]], others[columns[start : start + most]])
        for start in range(0, len(rows), most)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)
