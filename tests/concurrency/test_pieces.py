"""Pieces on all cores give what one thread gives."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest
import torch

from collection.concurrency.pieces import by_pieces
from collection.judge.encoders.embedded_encoder import EfficientNetLite0
from collection.values import Pixels


@pytest.mark.parametrize("count", [0, 1, 4, 11])
def test_piece_by_piece_or_at_once_the_vectors_are_the_same_to_the_last_bit(count: int) -> None:
    encoder, rng = EfficientNetLite0(), np.random.default_rng(count)
    images = list(rng.integers(0, 256, (count, 40, 60, 3), dtype=np.uint8))
    batches = list(by_pieces(encoder.encode, images, encoder, 8))
    found = np.concatenate([np.zeros((0, 1280), np.float32), *(piece for batch in batches for piece in batch)])
    assert found.tobytes() == encoder.encode(images).tobytes()


class Encoder:
    """Whose pieces are of three."""

    model, dimensions, piece = "three", 1, 3

    def encode(self, images: Sequence[Pixels]) -> np.ndarray:
        return np.ones((len(images), 1), np.float32)


def test_pieces_are_of_the_size_that_the_encoder_asks_for_and_come_in_order() -> None:
    batches = list(by_pieces(list, range(20), Encoder(), 6))
    pieces = [piece for batch in batches for piece in batch]
    assert [item for piece in pieces for item in piece] == list(range(20))
    assert {len(piece) for piece in pieces[:-1]} == {3}
    assert all(len(batch) >= 2 for batch in batches[:-1])


def test_each_of_several_threads_has_one_of_torchs_and_whoever_asks_keeps_theirs() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    told = list(by_pieces(lambda piece: (threading.get_ident(), torch.get_num_threads()), range(30), Encoder(), 6))
    assert {threads for batch in told for _, threads in batch} == {1}
    assert threading.get_ident() not in {thread for batch in told for thread, _ in batch}
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)


def test_a_network_that_several_threads_want_first_is_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []
    monkeypatch.setattr(
        "collection.models.efficientnet_lite.efficientnet_lite0",
        lambda state: (loaded.append(state), torch.nn.Flatten())[1],
    )
    encoder = EfficientNetLite0()
    images = [np.zeros((8, 8, 3), np.uint8)] * 40
    list(by_pieces(encoder.encode, images, encoder, 8))
    assert len(loaded) == 1
