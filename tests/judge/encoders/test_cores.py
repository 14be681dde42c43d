"""Encoding on all cores gives the vectors of one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from collection.judge.encoders.cores import on_all_cores
from collection.judge.encoders.embedded_encoder import EfficientNetLite0
from collection.values import Pixels


@pytest.mark.parametrize("count", [0, 1, 4, 11])
def test_shared_out_or_not_the_vectors_are_the_same_to_the_last_bit(count: int) -> None:
    encoder, rng = EfficientNetLite0(), np.random.default_rng(count)
    images = list(rng.integers(0, 256, (count, 40, 60, 3), dtype=np.uint8))
    with on_all_cores(encoder) as shared:
        found = shared.encode(images)
        assert (shared.model, shared.dimensions) == (encoder.model, encoder.dimensions)
    assert found.tobytes() == encoder.encode(images).tobytes()


class Whole:
    """An encoder that wants each batch for itself."""

    model, dimensions = "whole", 1

    def __init__(self) -> None:
        self.batches: list[int] = []

    def encode(self, images: Sequence[Pixels]) -> np.ndarray:
        self.batches.append(len(images))
        return np.ones((len(images), 1), np.float32)


def test_an_encoder_that_does_not_ask_for_pieces_gets_whole_batches() -> None:
    encoder = Whole()
    with on_all_cores(encoder) as shared:
        shared.encode([np.zeros((8, 8, 3), np.uint8)] * 9)
    assert encoder.batches == [9]
