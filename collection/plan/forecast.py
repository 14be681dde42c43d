"""What a plan will make and cost, before anything is made: rarity, time, disk and gas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from collection.config import Config
from collection.plan.plan import Plan
from collection.plan.space import ABSENT
from collection.values import Recipe

GAS_DEPLOY, GAS_DEPLOY_URIS = 1_576_913, 135_300
GAS_MINT_BATCH, GAS_MINT_TOKEN = 68_957, 25_012
"""Gas of the contract and of a mint: so much for each transaction, and so much for each token in it. From
tests/contracts/gas.json, which the tests of the contract measure on the embedded chain (mint 1 and mint 100); the two
ipfs:// URIs that a frozen set hands to its contract, longer than those of that test, cost the rest."""
MINT_BATCH = 100

PAINTER_SECONDS, PAINTER_BYTES = 1.2e-6, 1.25
"""Of a pixel by the embedded painter: the mean of its seven styles at 512 px on one core of a 2-core machine
(benchmarks/painter.py; 0.14 to 0.72 s and 1.0 to 1.65 bytes a pixel, PNG)."""
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
    """Every value of every trait, the commonest first; values whose weight rounds to no token are told too."""
    config, supply = plan.config, plan.config.supply
    images = Counter((name, value) for recipe in plan.recipes for name, value in _with_absent(config, recipe))
    tokens: Counter[tuple[str, str]] = Counter()
    for traits in (*plan.traits, *(one.traits for one in config.one_of_ones)):
        tokens.update(traits.items())
        tokens.update((name, ABSENT) for name in config.traits if name not in traits)
    known = {(name, value) for name, trait in config.traits.items() for value in trait.values}
    found = [
        PlannedRarity(*pair, tokens[pair], images[pair], round(100 * tokens[pair] / supply, 3))
        for pair in {*known, *tokens, *images}
    ]
    return sorted(found, key=lambda item: (item.trait, -item.tokens, item.value))


def _with_absent(config: Config, recipe: Recipe) -> list[tuple[str, str]]:
    return [*recipe.traits.items(), *((name, ABSENT) for name in config.traits if name not in recipe.traits)]


def forecast(config: Config, recipes: Sequence[Recipe], seconds: float | None, bytes_a_pixel: float | None) -> Forecast:
    """What making `recipes` and minting the supply takes.

    `seconds` (an image) and `bytes_a_pixel` are what this project measured last, if it did.
    """
    pixels = sum(recipe.width * recipe.height for recipe in recipes)
    painted = config.generator.use == "painter"
    time: float | None = None
    time_source = "no image was made yet"
    if seconds is not None:
        time, time_source = seconds * len(recipes), "the images made last in this project"
    elif painted:
        time, time_source = PAINTER_SECONDS * pixels, "the painter on one core"
    if bytes_a_pixel is not None:
        disk, disk_source = bytes_a_pixel, "the images made last in this project"
    else:
        disk, disk_source = (PAINTER_BYTES, "the painter at 512 px") if painted else (MOST_BYTES, "at most")
    return Forecast(time, time_source, round(disk * pixels), disk_source, gas_of(config.supply), "measured, embedded")


def gas_of(supply: int) -> int:
    """Gas of deploying the contract and minting the supply in batches."""
    return GAS_DEPLOY + GAS_DEPLOY_URIS + -(-supply // MINT_BATCH) * GAS_MINT_BATCH + supply * GAS_MINT_TOKEN
