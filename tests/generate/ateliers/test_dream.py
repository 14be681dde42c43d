"""A dream raises the answer of the layer that it is asked for, at every size, and is the same when rendered again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from collection.errors import GenerationError, UsageError
from collection.generate.dream.ascent import Ascent, answer_of, dreamed, guided_by, sizes
from collection.generate.dream.generator import Dreamer
from collection.generate.tensors import as_tensor
from collection.models.trunk import Trunk
from collection.values import Pixels, Recipe

LAYER = "block3"


def dream_of(bench: Any, picture: Pixels, **options: Any) -> Recipe:
    height, width = picture.shape[:2]
    options = {"layer": LAYER, "octaves": 1, "steps": 3, **options}
    return Recipe("dream", "efficientnet-lite0", 5, width, height, init_image=bench.keep(picture), options=options)


def answers(lite: Trunk, picture: torch.Tensor, channel: int | None = None) -> float:
    return float(answer_of(lite(picture, [LAYER])[LAYER], channel))


@pytest.mark.parametrize("channel", [None, 4])
def test_the_layer_answers_more(lite: Trunk, photograph: Pixels, channel: int | None) -> None:
    begin = as_tensor(photograph, lite.device)
    made = dreamed(lite, LAYER, begin, lambda features: answer_of(features, channel), Ascent(octaves=1, steps=4))
    assert answers(lite, made, channel) > answers(lite, begin, channel) + 0.1 * abs(answers(lite, begin, channel))
    assert float(made.min()) >= 0 and float(made.max()) <= 1


def test_a_guide_draws_the_features_towards_its_own(lite: Trunk, photograph: Pixels) -> None:
    begin = as_tensor(photograph, lite.device)
    guide = lite(as_tensor(np.ascontiguousarray(photograph[::-1, ::-1] // 2), lite.device), [LAYER])[LAYER]
    answer = guided_by(guide)
    made = dreamed(lite, LAYER, begin, answer, Ascent(octaves=1, steps=3))
    assert float(answer(lite(made, [LAYER])[LAYER])) > 1.1 * float(answer(lite(begin, [LAYER])[LAYER]))


def test_octaves_end_at_the_pictures_own_size() -> None:
    assert sizes(96, 192, Ascent(octaves=3, octave_scale=1.5)) == [(64, 128), (96, 192)], "48 pixels are the least"
    assert sizes(64, 64, Ascent(octaves=1)) == [(64, 64)]


def test_the_same_recipe_is_the_same_dream_and_another_seed_another(bench: Any, photograph: Pixels) -> None:
    dreamer = Dreamer("efficientnet-lite0", "", bench.context())
    recipe = dream_of(bench, photograph)
    from dataclasses import replace

    first, again, other = dreamer.generate([recipe, recipe, replace(recipe, seed=6)])
    assert np.array_equal(first.pixels, again.pixels)
    assert not np.array_equal(first.pixels, other.pixels), "the jitter is the seed's"
    assert first.pixels.shape == photograph.shape


def test_a_layer_or_channel_that_is_not_there_is_refused_with_those_that_are(bench: Any, photograph: Pixels) -> None:
    dreamer = Dreamer("efficientnet-lite0", "", bench.context())
    with pytest.raises(UsageError, match="no layer 'block33'") as caught:
        dreamer.generate([dream_of(bench, photograph, layer="block33")])
    assert "stem, block1" in str(caught.value.hint)
    with pytest.raises(GenerationError, match="channels 0 to 23, not 24"):
        dreamer.generate([dream_of(bench, photograph, channel=24)])
