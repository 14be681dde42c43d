"""Which recipes are rendered by one call: decided once, before a run, so that it is the same whoever carries it out."""

from __future__ import annotations

from collections.abc import Sequence

from collection.store.records import PlannedRecipe
from collection.values import Recipe, canonical_json


def compose(planned: Sequence[PlannedRecipe], batch_size: int) -> list[list[int]]:
    """The numbers of `planned` in batches of what one call can render together.

    A batch holds as many as its recipes' option `batch_size` says, or `batch_size`. Batches of one kind follow one
    another, kinds by what is slow to change: model, adapters, size, then the rest; within a kind, order is kept.
    """
    kinds: dict[tuple[bytes, ...], list[PlannedRecipe]] = {}
    for item in planned:
        kinds.setdefault(_kind(item.recipe), []).append(item)
    batches = []
    for kind in sorted(kinds):
        numbers, size = [item.id for item in kinds[kind]], batch_shape(kinds[kind][0].recipe) or batch_size
        batches += [numbers[start : start + size] for start in range(0, len(numbers), size)]
    return batches


def batch_shape(recipe: Recipe) -> int | None:
    """How many images a recipe says are computed together; None where its generator does not care."""
    shape = recipe.options.get("batch_size")
    return shape if isinstance(shape, int) else None


def _kind(recipe: Recipe) -> tuple[bytes, ...]:
    adapters = [
        part
        for blend in (recipe.blend, recipe.switch_to)
        for part in blend.as_json()
        if "lora" in part or "references" in part
    ]
    shape = [
        recipe.width,
        recipe.height,
        bool(recipe.init_image),
        bool(recipe.mask_image),
        recipe.interpolation_target is not None,
    ]
    parts = ([recipe.generator, recipe.model], adapters, shape, dict(recipe.options))
    return tuple(canonical_json(part) for part in parts)
