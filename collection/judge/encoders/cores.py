"""Encoding on all cores: a processor is busy with many small pieces, each on one thread."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from collection.values import ImageEncoder, Pixels


@contextmanager
def on_all_cores(encoder: ImageEncoder) -> Iterator[ImageEncoder]:
    """The encoder, on all cores of the processor if it runs there: `encoder.piece` pictures on one thread at a time.

    A network of many small layers, as the embedded encoder's, hardly gains by sharing each of them out among threads
    that wait for each other: pieces that need nothing of each other do. An encoder without a `piece` is left as it is:
    in a transformer's large products torch's own threads are the faster.
    """
    piece = getattr(encoder, "piece", None)
    if piece is None:
        yield encoder
        return
    with ThreadPoolExecutor(os.cpu_count(), initializer=_one_thread) as pool:
        yield _OnAllCores(encoder, piece, pool)


def _one_thread() -> None:
    """Torch keeps the number of threads for each calling thread."""
    import torch

    torch.set_num_threads(1)


class _OnAllCores:
    """An ImageEncoder that shares its pictures out."""

    def __init__(self, encoder: ImageEncoder, piece: int, pool: ThreadPoolExecutor) -> None:
        self._encoder, self._piece, self._pool = encoder, piece, pool
        self.model, self.dimensions = encoder.model, encoder.dimensions
        self.space = getattr(encoder, "space", None)
        self._loaded = False

    def encode(self, images: Sequence[Pixels]) -> npt.NDArray[np.float32]:
        pieces = [images[start : start + self._piece] for start in range(0, len(images), self._piece)]
        if not pieces:
            return self._encoder.encode(images)
        vectors = []
        if not self._loaded:  # by one thread, before many ask for the network at once
            vectors.append(self._pool.submit(self._encoder.encode, pieces.pop(0)).result())
            self._loaded = True
        return np.concatenate([*vectors, *self._pool.map(self._encoder.encode, pieces)])
