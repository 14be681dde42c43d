"""Damages of pictures, and the regressions that tell them apart."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import numpy as np
import pytest

from collection.values import Pixels
from training.damages import DAMAGES, kept
from training.heads_data import ROWS
from training.heads_train import fitted


@pytest.fixture
def picture() -> Pixels:
    """Stripes and noise, 96x64."""
    noise = np.random.default_rng(2).integers(0, 40, (64, 96, 3), dtype=np.uint8)
    return np.asarray(noise + np.arange(0, 192, 2, dtype=np.uint8)[None, :, None], np.uint8)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damage_changes_pixels_and_not_the_size_and_comes_from_its_seed(
    damage: Callable[[Pixels, Random], Pixels], picture: Pixels
) -> None:
    one, again, other = (damage(picture, Random(seed)) for seed in (1, 1, 2))
    assert one.shape == picture.shape and one.dtype == np.uint8
    assert np.array_equal(one, again) and not np.array_equal(one, other)
    assert np.mean(one != picture) > 0.1


def test_a_copy_that_is_fine_stays_near(picture: Pixels) -> None:
    for seed in range(4):
        copy = kept(picture, Random(seed))
        assert min(copy.shape[0] / 64, copy.shape[1] / 96) >= 0.69
        assert abs(float(copy.mean()) - float(picture.mean())) < 3


def test_each_damage_is_told_from_whole_pictures_by_its_own_row() -> None:
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(60, len(ROWS), 16)).astype(np.float32)
    for row in range(2, len(ROWS)):
        vectors[:, row, row] += 4
    weight, bias = fitted(vectors)
    assert weight.shape == (len(DAMAGES), 16) and weight.flags["C_CONTIGUOUS"]
    for place in range(len(DAMAGES)):
        told = vectors @ weight[place] + bias[place]
        assert told[:, place + 2].min() > told[:, :2].mean()
        assert np.mean(told[:, place + 2] > 0) > 0.9
        assert np.mean(told[:, :2] > 0) < 0.1
