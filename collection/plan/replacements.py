"""New recipes for those that fell out: the same series and traits, another seed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from collection.plan.seeds import image_seed
from collection.values import Recipe

Kind = TypeVar("Kind", bound=Hashable)


def reroll(recipe: Recipe, collection_seed: int | str) -> Recipe:
    """The recipe with a seed that comes from its own identity, so that no reroll of a reroll ever comes back."""
    return replace(recipe, seed=image_seed(collection_seed, recipe.series, "reroll", recipe.sha256))


def shortfall(goals: Mapping[Kind, int], usable: Mapping[Kind, int], lost: Mapping[Kind, int]) -> dict[Kind, int]:
    """How many more recipes each kind needs, to reach its goal.

    `usable` counts the candidates of a kind that may still be chosen, `lost` those that were set aside. More are
    planned than are missing, in the hope that no larger part of them is lost (counting one more as kept, so that a
    kind of which nothing was usable asks for a finite number).
    """
    needed = {}
    for kind, goal in goals.items():
        kept, gone = usable.get(kind, 0), lost.get(kind, 0)
        if kept < goal:
            needed[kind] = -(-(goal - kept) * (kept + gone + 1) // (kept + 1))
    return needed


def top_up(templates: Sequence[Recipe], count: int, collection_seed: int | str, begin: int) -> list[Recipe]:
    """`count` recipes after `templates`, over and over, with new seeds.

    `begin` is how many top-ups there were, so that each gets a seed of its own.
    """
    chosen = [templates[number % len(templates)] for number in range(count)]
    return [
        replace(template, seed=image_seed(collection_seed, template.series, "top-up", begin + number))
        for number, template in enumerate(chosen)
    ]
