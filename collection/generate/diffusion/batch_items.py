"""What a batch of a diffusion model is made of: recipes read into items, and items that can share a batch.

Blends, schedules and interpolations come down to weighted sums: of text embeddings, of LoRAs, of reference pictures.
A `Conditioning` holds the terms of such sums, and a way between two recipes is the sum of both, weighted 1 - t and t.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from collection.errors import GenerationError
from collection.generate.diffusion.options import DiffusionOptions
from collection.generate.diffusion.sizes import refuse_size
from collection.generate.diffusion.style_settings import lora_of, references_of
from collection.values import Recipe, StyleBlend, amount

WeightedTerms: TypeAlias = tuple[tuple[str, float], ...]
"""The terms of a weighted sum: each name once, none of weight zero."""


@dataclass(frozen=True, slots=True)
class Conditioning:
    """What the denoiser is told at one time."""

    texts: WeightedTerms
    """Prompts; the weights sum to 1."""
    negatives: WeightedTerms
    """Negative prompts; the weights sum to 1."""
    loras: WeightedTerms = ()
    """LoRA files; the weights are theirs."""
    references: WeightedTerms = ()
    """SHA-256 of pictures; the weights sum to the scale of the IP-Adapter."""

    @classmethod
    def of(cls, recipe: Recipe, blend: StyleBlend, options: DiffusionOptions) -> Conditioning:
        """The recipe under one of its blends."""
        loras = [(lora_of(style), weight * options.lora_scale) for style, weight in blend.parts if lora_of(style)]
        references = [
            (sha256, weight * options.ip_adapter_scale / len(references_of(style)))
            for style, weight in blend.parts
            for sha256 in references_of(style)
        ]
        return cls(
            texts=_sum(styled_prompts(recipe, blend)),
            negatives=((recipe.negative_prompt, 1.0),),
            loras=tuple(sorted(_sum(loras))),
            references=tuple(sorted(_sum(references))),
        )

    def toward(self, other: Conditioning, t: float) -> Conditioning:
        """The mix at `t` (0 to 1) of the straight way to `other`."""

        def between(here: WeightedTerms, there: WeightedTerms) -> WeightedTerms:
            return _sum([(name, (1 - t) * w) for name, w in here] + [(name, t * w) for name, w in there])

        return Conditioning(
            between(self.texts, other.texts),
            between(self.negatives, other.negatives),
            tuple(sorted(between(self.loras, other.loras))),
            tuple(sorted(between(self.references, other.references))),
        )


def styled_prompts(recipe: Recipe, blend: StyleBlend) -> list[tuple[str, float]]:
    """Each text of a blend with its weight: "{prompt}, {style prompt}", or the prompt alone."""
    if not blend.parts:
        return [(recipe.prompt, 1.0)]
    return [
        (", ".join(text for text in (recipe.prompt, style.prompt) if text), weight) for style, weight in blend.parts
    ]


def _sum(terms: Iterable[tuple[str, float]]) -> WeightedTerms:
    total: dict[str, float] = {}
    for name, weight in terms:
        total[name] = total.get(name, 0.0) + weight
    return tuple((name, weight) for name, weight in total.items() if weight)


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One recipe, read: an image of a batch."""

    recipe: Recipe
    options: DiffusionOptions
    early: Conditioning
    late: Conditioning | None = None
    """The mix from the step `options.switch_at` on; None: `early` to the end."""
    interpolation_target: Recipe | None = None
    """Whose noise the recipe's own is turned towards by `options.alpha`."""
    chunks: int = 1
    """Chunks of tokens in which its longest text is read."""

    @classmethod
    def of(cls, recipe: Recipe) -> BatchItem:
        """Read a recipe; GenerationError or UsageError where it cannot be meant. At t = 0 and 1 it is the one of the
        two recipes that it has reached."""
        options = DiffusionOptions.of(recipe.options)
        refuse_size(recipe)
        _check_words(recipe, options)
        _check_sketch(recipe, options)
        if recipe.interpolation_target is None:
            return cls(recipe, options, *_conditionings(recipe, options))
        _check_interpolation(recipe, recipe.interpolation_target, options)
        if options.alpha in (0, 1):
            return cls.of(
                replace(recipe, interpolation_target=None) if options.alpha == 0 else recipe.interpolation_target
            )
        there = DiffusionOptions.of(recipe.interpolation_target.options)
        (early, late), (other_early, other_late) = (
            _conditionings(recipe, options),
            _conditionings(recipe.interpolation_target, there),
        )
        scheduled = late is not None or other_late is not None
        return cls(
            recipe,
            options,
            early.toward(other_early, options.alpha),
            (late or early).toward(other_late or other_early, options.alpha) if scheduled else None,
            recipe.interpolation_target,
        )

    @property
    def conditionings(self) -> list[Conditioning]:
        """What the denoiser is told, from first to last."""
        return [self.early, *([self.late] if self.late else [])]

    @property
    def strength(self) -> float:
        """How far to leave the init image."""
        if self.options.strength is None:
            return 1.0 if self.recipe.mask_image else 0.75
        return self.options.strength

    @property
    def shared(self) -> tuple[Any, ...]:
        """What all items of a batch have in common. LoRAs and references work on a whole batch at once."""
        recipe, asked = self.recipe, self.options
        return (
            *(recipe.width, recipe.height, asked.steps, asked.guidance, asked.scheduler, asked.batch_size),
            *(asked.vae, asked.compile, asked.ip_adapter if self.early.references else None, self.chunks),
            *(bool(recipe.mask_image), self.strength if recipe.init_image else None),
            *(self.early.loras, self.early.references),
            (asked.switch_at, asked.ip_adapter, self.late.loras, self.late.references) if self.late else None,
        )


def _conditionings(recipe: Recipe, options: DiffusionOptions) -> tuple[Conditioning, Conditioning | None]:
    early = Conditioning.of(recipe, recipe.blend, options)
    if not recipe.switch_to.parts or options.switch_at == 1:
        return early, None
    late = Conditioning.of(recipe, recipe.switch_to, options)
    return (late, None) if options.switch_at == 0 else (early, late)


def _check_words(recipe: Recipe, options: DiffusionOptions) -> None:
    """Refuse words that no model would be told."""
    if recipe.negative_prompt and options.guidance <= 1:
        raise GenerationError(
            f"negative prompt {recipe.negative_prompt!r}: a model is not guided away from anything at guidance "
            f"{options.guidance:g}",
            "raise guidance above 1, or remove negative_prompt",
        )


def _check_sketch(recipe: Recipe, options: DiffusionOptions) -> None:
    if recipe.mask_image and not recipe.init_image:
        raise GenerationError(
            f"recipe of seed {recipe.seed} has a mask image, but no init image to paint in", "give an init image"
        )
    if recipe.init_image and recipe.interpolation_target:
        raise GenerationError(
            f"recipe of seed {recipe.seed} has an init image and moves toward another recipe, which begins from noise",
            "remove one of the two",
        )
    if recipe.init_image and options.strength is not None and int(options.steps * options.strength) < 1:
        raise GenerationError(
            f"strength {options.strength} of {amount(options.steps, 'step')} leaves no step to take",
            "raise strength or steps",
        )


_FREE_IN_INTERPOLATIONS = {"alpha", "lora_scale", "ip_adapter_scale"}
"""Options that may differ between the two ends of an interpolation."""


def _check_interpolation(here: Recipe, there: Recipe, options: DiffusionOptions) -> None:
    if there.interpolation_target or there.init_image:
        raise GenerationError(
            f"the recipe that seed {here.seed} moves toward has an init image or is itself on its way",
            "move toward a plain recipe",
        )
    ends = [
        {"generator": recipe.generator, "model": recipe.model, "width": recipe.width, "height": recipe.height}
        | {
            name: value
            for name, value in DiffusionOptions.of(recipe.options).as_json().items()
            if name not in _FREE_IN_INTERPOLATIONS
        }
        for recipe in (here, there)
    ]
    for name, value in ends[0].items():
        if ends[1][name] != value:
            raise GenerationError(
                f"recipe of seed {here.seed} has {name} {value!r}, the one it moves toward {ends[1][name]!r}",
                f"an interpolation needs the same {name} at both ends",
            )


def batches(items: Sequence[BatchItem]) -> Iterator[list[int]]:
    """Positions of items that can share a batch, at most `batch` of them at a time."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for index, item in enumerate(items):
        groups.setdefault(item.shared, []).append(index)
    for members in groups.values():
        size = items[members[0]].options.batch_size
        yield from (members[start : start + size] for start in range(0, len(members), size))
