"""Blends are weighted sums of text embeddings: compared with sums made by hand from the pipeline's own encoder."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collection.errors import GenerationError
from collection.generate.diffusion.batch_items import BatchItem, styled_prompts
from collection.generate.diffusion.prompt_blend import ARGUMENTS, PromptEncoder
from collection.values import Recipe

Write = Callable[..., Recipe]


@pytest.fixture(scope="module")
def sd(tiny_sd: Path) -> Any:
    from diffusers import StableDiffusionPipeline

    return StableDiffusionPipeline.from_pretrained(tiny_sd)


@pytest.fixture(scope="module")
def sdxl(tiny_sdxl: Path) -> Any:
    from diffusers import StableDiffusionXLPipeline

    return StableDiffusionXLPipeline.from_pretrained(tiny_sdxl)


def encoded(pipeline: Any, text: str, **more: Any) -> tuple[Any, ...]:
    import torch

    with torch.no_grad():
        found: tuple[Any, ...] = pipeline.encode_prompt(
            prompt=text, device="cpu", num_images_per_prompt=1, do_classifier_free_guidance=True, **more
        )
    return found


def arguments(pipeline: Any, *recipes: Recipe) -> dict[str, Any]:
    import torch

    with torch.no_grad():
        encoder = PromptEncoder(pipeline)
        rows = [BatchItem.of(recipe) for recipe in recipes]
        return encoder.arguments([row.early for row in rows], chunks=max(map(encoder.chunks, rows)))


def test_a_style_is_appended_to_the_prompt(diffusion_recipe: Write) -> None:
    def texts(prompt: str, styles: dict[str, float]) -> list[tuple[str, float]]:
        recipe = diffusion_recipe("m", prompt=prompt, styles=styles)
        return styled_prompts(recipe, recipe.blend)

    assert texts("a cat", {}) == [("a cat", 1.0)]
    assert texts("a cat", {"ink": 3, "oil": 1}) == [("a cat, ink", 0.75), ("a cat, oil", 0.25)]
    assert texts("a cat", {"": 1}) == [("a cat", 1.0)]
    assert texts("", {"ink": 1}) == [("ink", 1.0)]
    assert texts("", {}) == [("", 1.0)]


def test_a_blend_is_the_weighted_sum(sd: Any, diffusion_recipe: Write) -> None:
    import torch

    found = arguments(sd, diffusion_recipe("m", styles={"ink": 0.7, "oil": 0.3}))
    ink, negative = encoded(sd, "a cat, ink")
    oil, _ = encoded(sd, "a cat, oil")
    torch.testing.assert_close(found["prompt_embeds"], 0.7 * ink + 0.3 * oil)
    torch.testing.assert_close(found["negative_prompt_embeds"], negative)
    assert set(found) == {"prompt_embeds", "negative_prompt_embeds"}


def test_a_blend_for_sdxl_has_the_pooled_embeddings_too(sdxl: Any, diffusion_recipe: Write) -> None:
    import torch

    found = arguments(sdxl, diffusion_recipe("m", styles={"ink": 0.7, "oil": 0.3}, negative_prompt="blur"))
    ink, negative, ink_pooled, negative_pooled = encoded(sdxl, "a cat, ink", negative_prompt="blur")
    oil, _, oil_pooled, _ = encoded(sdxl, "a cat, oil", negative_prompt="blur")
    assert not torch.equal(ink_pooled, oil_pooled)
    torch.testing.assert_close(found["prompt_embeds"], 0.7 * ink + 0.3 * oil)
    torch.testing.assert_close(found["pooled_prompt_embeds"], 0.7 * ink_pooled + 0.3 * oil_pooled)
    torch.testing.assert_close(found["negative_prompt_embeds"], negative)
    torch.testing.assert_close(found["negative_pooled_prompt_embeds"], negative_pooled)


def test_sdxl_without_a_negative_prompt_is_guided_away_from_zeros(sdxl: Any, diffusion_recipe: Write) -> None:
    found = arguments(sdxl, diffusion_recipe("m"))
    _, negative, _, negative_pooled = encoded(sdxl, "a cat")
    assert not negative.any()
    assert not negative_pooled.any()
    assert found["negative_prompt_embeds"].equal(negative)
    assert found["negative_pooled_prompt_embeds"].equal(negative_pooled)


def test_weight_one_is_the_plain_style_to_the_last_bit(sd: Any, diffusion_recipe: Write) -> None:
    found = arguments(sd, diffusion_recipe("m", styles={"ink": 1.0}))
    assert found["prompt_embeds"].equal(encoded(sd, "a cat, ink")[0])


def test_rows_keep_their_order_and_each_text_is_encoded_once(
    sd: Any, diffusion_recipe: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    encode = sd.encode_prompt

    def counting(**given: Any) -> Any:
        texts.append(given["prompt"])
        return encode(**given)

    monkeypatch.setattr(sd, "encode_prompt", counting)
    recipes = [diffusion_recipe("m", prompt=prompt) for prompt in ("cat", "dog", "cat")]
    found = arguments(sd, *recipes)["prompt_embeds"]
    assert found.shape == (3, 77, 8)
    assert found[0].equal(found[2])
    assert not found[0].equal(found[1])
    assert sorted(texts) == ["", "cat", "dog"]


@pytest.mark.parametrize("where", ["prompt", "negative_prompt"])
def test_a_prompt_longer_than_the_model_reads_is_refused_with_what_would_go(
    sd: Any, diffusion_recipe: Write, where: str
) -> None:
    assert arguments(sd, diffusion_recipe("m", **{where: "x" * 75}))
    with pytest.raises(GenerationError) as caught:
        arguments(sd, diffusion_recipe("m", **{where: "x" * 75 + "yz"}))
    assert "has 79 tokens, the model reads 77: 'yz' would be cut off" in caught.value.message


def test_the_arguments_are_those_of_the_pipelines(sd: Any, sdxl: Any) -> None:
    import diffusers

    for name, expected in ARGUMENTS.items():
        assert set(expected) <= set(inspect.signature(getattr(diffusers, name).__call__).parameters)
