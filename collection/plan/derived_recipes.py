"""Recipes that people add to the plan, asked for by the numbers of images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from collection.config import Config
from collection.errors import UsageError
from collection.plan.breeding import breed, rules_of
from collection.plan.from_images import imported, variations
from collection.plan.plan import Plan
from collection.plan.replacements import reroll, shortfall, top_up
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import QuotaCell, Recipe


def generated(store: Store, number: int) -> tuple[Asset, Recipe]:
    """The image of that number and its recipe; raises UsageError if there is none."""
    asset = store.asset(number)
    if asset is None:
        raise UsageError(f"there is no image {number}", "`collection sheet --all` shows every image with its number")
    if asset.recipe is None:
        raise UsageError(f"image {number} was imported, so nobody knows its recipe", "choose one that was generated")
    return asset, asset.recipe


def shown(store: Store, number: int) -> tuple[Asset, Recipe]:
    """The image of that number, and a recipe that says what it shows.

    Of an imported image nobody knows how it was made: what stands in its place has its size and traits, a seed that
    comes of its file, and no words (see `is_import`). Raises UsageError if there is no such image.
    """
    asset = store.asset(number)
    if asset is None or asset.recipe is not None:
        return generated(store, number)
    return asset, imported(asset)


def rerolled(store: Store, config: Config, numbers: Sequence[int]) -> list[Recipe]:
    """One new recipe for each image: its series and traits, another seed. Raises UsageError for one not planned.

    An enlargement is drawn again as the image that it is an enlargement of.
    """
    known = {item.recipe.sha256: item for item in store.recipes()}
    found = []
    for number in dict.fromkeys(numbers):
        item = known[generated(store, number)[1].sha256]
        if not item.planned:
            raise UsageError(f"image {number} is not in the plan any more", f"`collection lineage {number}` tells more")
        while item.origin == "upscale":
            item = known[item.recipe.parents[0]]
        found.append(reroll(item.recipe, config.seed))
    return found


def topped_up(store: Store, plan: Plan, rejected: Collection[int]) -> list[Recipe]:
    """New recipes for the kinds of token that lack candidates, after those that fell out first, then after the others.

    Near-duplicates and the `rejected` have fallen out.
    """
    aside = {item.asset_id for item in store.duplicates()} | set(rejected)
    known = store.recipes()
    planned = [item for item in known if item.planned]
    lost = [item for item in planned if item.id in aside]
    usable = [item for item in planned if item.id not in aside]
    needed = shortfall(
        plan.goals,
        Counter(plan.kind_of(item.recipe) for item in usable),
        Counter(plan.kind_of(item.recipe) for item in lost),
    )
    begun = sum(item.origin == "top-up" for item in known)
    templates = [item.recipe for item in (*lost, *usable) if item.origin in ("config", "reroll", "top-up")]
    of_kind: dict[QuotaCell, list[Recipe]] = {}
    for recipe in templates:
        of_kind.setdefault(plan.kind_of(recipe), []).append(recipe)
    found: list[Recipe] = []
    for kind, count in needed.items():
        if kind in of_kind:
            found += top_up(of_kind[kind], count, plan.config.seed, begun + len(found))
    return found


def bred(
    store: Store, config: Config, parents: tuple[int, int], children: int, *, mutation: float, immigration: float
) -> list[Recipe]:
    """Children of two images; chances are 0 to 1, see plan/breeding.py."""
    first, second = (generated(store, number)[1] for number in parents)
    pool = [item.recipe for item in store.recipes() if item.planned and item.origin == "config"]
    chances = {"mutation": mutation, "immigration": immigration}
    return breed(first, second, pool, children, seed=config.seed, allowed=rules_of(config), **chances)


def varied(store: Store, number: int, strengths: Sequence[float], seeds: Sequence[int]) -> list[Recipe]:
    """Variations of an image, their parent, by its own recipe: by each seed left to each strength, 0 to 1.

    Raises UsageError for the image of a generator that begins from no picture.
    """
    asset, recipe = generated(store, number)
    made = variations([recipe], asset.file_sha256, strengths, seeds)
    return [replace(one, parents=(recipe.sha256,)) for one in made]
