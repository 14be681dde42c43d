"""Prompts and style blends as the text embeddings of a pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from collection.errors import GenerationError, WeightsError
from collection.values import Recipe

if TYPE_CHECKING:
    from torch import Tensor

ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "StableDiffusionPipeline": ("prompt_embeds", "negative_prompt_embeds"),
    "LatentConsistencyModelPipeline": ("prompt_embeds",),
    "StableDiffusionXLPipeline": (
        "prompt_embeds",
        "negative_prompt_embeds",
        "pooled_prompt_embeds",
        "negative_pooled_prompt_embeds",
    ),
}
"""The pipelines whose embeddings this module makes, and what they call them."""

_TEXTS_KEPT = 512
"""Embeddings held at once: about 160 MB for SDXL in 16 bits."""


def styled_prompts(recipe: Recipe) -> list[tuple[str, float]]:
    """Each text of the recipe's blend with its weight: "{prompt}, {style prompt}", or the prompt alone."""
    parts = recipe.blend.parts
    if not parts:
        return [(recipe.prompt, 1.0)]
    return [(", ".join(text for text in (recipe.prompt, style.prompt) if text), weight) for style, weight in parts]


class PromptEncoder:
    """Encodes each distinct text once, alone, so that an embedding never depends on its neighbours."""

    def __init__(self, pipeline: Any) -> None:
        """`pipeline` is one of ARGUMENTS. Raises WeightsError where its tokenizer was loaded without its words."""
        self._pipeline = pipeline
        self._tokenizers = [
            tokenizer
            for name in ("tokenizer", "tokenizer_2")
            if (tokenizer := getattr(pipeline, name, None)) is not None
        ]
        for tokenizer in self._tokenizers:
            if tokenizer("cat").input_ids == tokenizer("dog").input_ids:
                raise WeightsError("the model's tokenizer reads every prompt alike: its vocabulary is missing")
        self._encode = lru_cache(maxsize=_TEXTS_KEPT)(self._encode_alone)

    def arguments(self, recipes: Sequence[Recipe]) -> dict[str, Tensor]:
        """What the pipeline's call takes for these recipes, one row each.

        Raises GenerationError where a prompt is longer than the model reads, or negative where it takes none.
        """
        import torch

        names = ARGUMENTS[type(self._pipeline).__name__]
        rows = [self._row(recipe, names) for recipe in recipes]
        return {name: torch.cat([row[name] for row in rows]) for name in names}

    def _row(self, recipe: Recipe, names: tuple[str, ...]) -> dict[str, Tensor]:
        embeds, pooled = self.blend(styled_prompts(recipe))
        row = {"prompt_embeds": embeds, "pooled_prompt_embeds": pooled}
        if "negative_prompt_embeds" in names:
            row["negative_prompt_embeds"], row["negative_pooled_prompt_embeds"] = self._negative(recipe.negative_prompt)
        elif recipe.negative_prompt:
            raise no_negative_prompt(self._pipeline)
        return {name: value for name, value in row.items() if value is not None}

    def blend(self, texts: Sequence[tuple[str, float]]) -> tuple[Tensor, Tensor | None]:
        """The weighted sum of the texts' embeddings (1, tokens, d) and pooled embeddings (1, e), summed in float32."""
        encoded = [(*self._encode(text), weight) for text, weight in texts]
        embeds = _weighted_sum([(tokens, weight) for tokens, _, weight in encoded])
        pooled = [(vector, weight) for _, vector, weight in encoded if vector is not None]
        return embeds, _weighted_sum(pooled) if pooled else None

    def _negative(self, text: str) -> tuple[Tensor, Tensor | None]:
        embeds, pooled = self._encode(text)
        # SDXL was trained to be guided away from zeros, not from the embedding of the empty text.
        if not text and getattr(self._pipeline.config, "force_zeros_for_empty_prompt", False):
            return embeds * 0, None if pooled is None else pooled * 0
        return embeds, pooled

    def _encode_alone(self, text: str) -> tuple[Tensor, Tensor | None]:
        self._check_length(text)
        pipeline = self._pipeline
        found = pipeline.encode_prompt(
            prompt=text, device=pipeline._execution_device, num_images_per_prompt=1, do_classifier_free_guidance=False
        )
        return found[0], found[2] if len(found) > 2 else None

    def _check_length(self, text: str) -> None:
        for tokenizer in self._tokenizers:
            tokens = tokenizer(text, truncation=False).input_ids
            limit = tokenizer.model_max_length
            if len(tokens) > limit:
                lost = tokenizer.decode(tokens[limit - 1 : -1]).strip()
                raise GenerationError(
                    f"prompt {text!r} has {len(tokens)} tokens, the model reads {limit}: {lost!r} would be cut off",
                    "shorten the prompt or its style's prompt in collection.toml",
                )


def _weighted_sum(terms: Sequence[tuple[Tensor, float]]) -> Tensor:
    import torch

    total = torch.stack([weight * term.float() for term, weight in terms]).sum(dim=0)
    return total.to(terms[0][0].dtype)


def no_negative_prompt(pipeline: Any) -> GenerationError:
    """The error for a negative prompt that this class of pipeline would ignore."""
    return GenerationError(
        f"a {type(pipeline).__name__} takes no negative prompt", "remove negative_prompt from collection.toml"
    )
