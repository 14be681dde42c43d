"""Prompts beyond what a model reads at once: refused, cut with a word, or read in chunks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collection.errors import GenerationError
from collection.generate.diffusion.batch_items import BatchItem
from collection.generate.diffusion.generator import Diffusion
from collection.generate.diffusion.prompt_blend import PromptEncoder
from collection.values import Recipe, Style, StyleBlend

Write = Callable[..., Recipe]
LONG = "a " * 70 + "b " * 39 + "b"
"""110 tokens, of which one window holds 75."""
READ, LOST = LONG[: 2 * 75 - 1], LONG[2 * 75 :]


@pytest.fixture(scope="module", params=["tiny_sd", "tiny_sdxl"])
def generator(request: pytest.FixtureRequest) -> Diffusion:
    return Diffusion(str(request.getfixturevalue(request.param)))


def test_it_is_refused_unless_the_recipe_says_otherwise(generator: Diffusion, diffusion_recipe: Write) -> None:
    with pytest.raises(GenerationError) as caught:
        generator.generate([diffusion_recipe(generator.model, prompt=LONG)])
    assert f"has 112 tokens, the model reads 77: {LOST!r} would be cut off" in caught.value.message
    assert "long_prompt" in str(caught.value.hint)


def test_a_cut_is_told_with_what_went(generator: Diffusion, diffusion_recipe: Write) -> None:
    cut, short = generator.generate(
        [
            diffusion_recipe(generator.model, prompt=LONG, long_prompt="truncate"),
            diffusion_recipe(generator.model, prompt=READ, long_prompt="truncate"),
        ]
    )
    assert np.array_equal(cut.pixels, short.pixels)
    assert cut.warnings == (f"prompt {LONG!r} was cut: {LOST!r} was not read",)
    assert short.warnings == ()


def test_chunks_read_every_word(generator: Diffusion, diffusion_recipe: Write) -> None:
    prompts = [LONG, LONG[:-1] + "c", READ, "a cat"]
    recipes = [diffusion_recipe(generator.model, prompt=prompt, long_prompt="chunk") for prompt in prompts]
    made = generator.generate(recipes)
    assert len({rendering.pixels.tobytes() for rendering in made}) == 4
    assert not any(rendering.warnings for rendering in made)
    plain = generator.generate([diffusion_recipe(generator.model, prompt=prompt) for prompt in prompts[2:]])
    assert [each.pixels.tobytes() for each in made[2:]] == [each.pixels.tobytes() for each in plain]
    backwards = generator.generate(recipes[::-1])[::-1]
    assert all(np.array_equal(one.pixels, other.pixels) for one, other in zip(made, backwards, strict=True))


def test_a_chunk_is_the_embedding_of_its_words_alone(tiny_sdxl: Path, diffusion_recipe: Write) -> None:
    """By the pipeline's own encoder: windows of 75 end to end, those of a shorter style filled up with no text."""
    import torch
    from diffusers import StableDiffusionXLPipeline

    pipeline = StableDiffusionXLPipeline.from_pretrained(tiny_sdxl)
    encoder = PromptEncoder(pipeline)
    blend = StyleBlend(((Style("long", "b " * 50), 0.25), (Style("short", ""), 0.75)))
    row = BatchItem.of(replace(diffusion_recipe("m", prompt="a " * 73, long_prompt="chunk"), blend=blend))
    with torch.no_grad():
        found = encoder.arguments([row.early], chunks=encoder.chunks(row))
        # A comma is a token: 73 letters, a comma and one b fill the first window.
        texts = ["a " * 73 + ", b", "b " * 49, "a " * 73, ""]
        one, two, short, empty = (pipeline.encode_prompt(text, device="cpu") for text in texts)
    expected = 0.25 * torch.cat([one[0], two[0]], dim=1) + 0.75 * torch.cat([short[0], empty[0]], dim=1)
    torch.testing.assert_close(found["prompt_embeds"], expected)
    torch.testing.assert_close(found["pooled_prompt_embeds"], 0.25 * one[2] + 0.75 * short[2])
    assert found["negative_prompt_embeds"].shape == found["prompt_embeds"].shape == (1, 154, 16)


def test_a_negative_prompt_counts_too(generator: Diffusion, diffusion_recipe: Write) -> None:
    recipe: Any = diffusion_recipe(generator.model, negative_prompt=LONG, long_prompt="truncate")
    (rendering,) = generator.generate([recipe])
    assert len(rendering.warnings) == 1
