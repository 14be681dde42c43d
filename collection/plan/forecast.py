"""What a plan will make and cost, before anything is made: rarity, time, disk and gas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from collection.config import Config
from collection.config.conditions import ABSENT
from collection.plan.plan import Plan
from collection.values import Recipe

MOST_BYTES = 3.01
"""Of a pixel of any image: a PNG of 8-bit RGB that does not compress at all."""


@dataclass(frozen=True, slots=True)
class PlannedRarity:
    """A value of a trait: how many tokens it is planned for, and how many images will show it."""

    trait: str
    value: str
    """Empty: the tokens without the trait."""
    tokens: int
    images: int
    percent: float
    """Of the tokens."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What carrying out a plan takes. Each figure says where it comes from."""

    seconds: float | None
    """Of generation; None: nothing was made yet, so nobody knows."""
    seconds_source: str
    bytes: int
    bytes_source: str
    gas: int
    gas_source: str


def rarity_table(plan: Plan) -> list[PlannedRarity]:
    """Every value of every trait, the commonest first; values whose weight rounds to no token are told too, but for
    numbers."""
    config, supply = plan.config, plan.config.supply
    images = Counter((name, value) for recipe in plan.recipes for name, value in _with_absent(config, recipe))
    tokens: Counter[tuple[str, str]] = Counter()
    for traits in (*plan.traits, *(one.traits for one in config.one_of_ones)):
        tokens.update(traits.items())
        tokens.update((name, ABSENT) for name in config.traits if name not in traits)
    known = {(name, value) for name, trait in config.traits.items() if not trait.numbers for value in trait.values}
    found = [
        PlannedRarity(*pair, tokens[pair], images[pair], round(100 * tokens[pair] / supply, 3))
        for pair in {*known, *tokens, *images}
    ]
    return sorted(found, key=lambda item: (item.trait, -item.tokens, item.value))


def _with_absent(config: Config, recipe: Recipe) -> list[tuple[str, str]]:
    return [*recipe.traits.items(), *((name, ABSENT) for name in config.traits if name not in recipe.traits)]


def forecast(
    config: Config, recipes: Sequence[Recipe], seconds: float | None, bytes_a_pixel: float | None, gas: int
) -> Forecast:
    """What making `recipes` and minting the supply takes.

    `seconds` (an image) and `bytes_a_pixel` are what this project measured last, if it did; `gas` is that of deploying
    the contract and minting the supply.
    """
    pixels = sum(recipe.width * recipe.height for recipe in recipes)
    told = config.generator.estimate()
    time: float | None = None
    time_source = "no image was made yet"
    if seconds is not None:
        time, time_source = seconds * len(recipes), "the images made last in this project"
    elif told.seconds_a_pixel is not None:
        time, time_source = told.seconds_a_pixel * pixels, told.source
    if bytes_a_pixel is not None:
        disk, disk_source = bytes_a_pixel, "the images made last in this project"
    elif told.bytes_a_pixel is not None:
        disk, disk_source = told.bytes_a_pixel, told.source
    else:
        disk, disk_source = MOST_BYTES, "at most"
    return Forecast(time, time_source, round(disk * pixels), disk_source, gas, "measured, embedded")
