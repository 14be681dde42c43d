"""Recipes made from other images: variations, inpainting, larger versions, images between two, finished previews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from collection.config.generator import Capabilities, capable, enlarger, known_table
from collection.errors import UsageError
from collection.plan.seeds import image_seed
from collection.store.records import IMPORTED, Asset
from collection.values import Recipe, StyleBlend

LONGEST = 8192
"""Pixels of the longest side of an enlarged picture."""


def imported(asset: Asset) -> Recipe:
    """What stands in the place of the recipe of an imported image, for recipes of images that are made of it."""
    seed = int(asset.file_sha256[:13], 16)
    return Recipe(IMPORTED, "", seed, asset.width, asset.height, traits=asset.traits)


def parents_of(recipe: Recipe) -> tuple[str, ...]:
    """The parents of what is made of a recipe's image: that recipe, or none of an imported image."""
    return () if recipe.generator == IMPORTED else (recipe.sha256,)


def variations(
    templates: Sequence[Recipe], init_image: str, strengths: Sequence[float], seeds: Sequence[int]
) -> list[Recipe]:
    """Image-to-image recipes: the picture of SHA-256 `init_image`, by each seed left to each strength (0 to 1).

    The n-th seed takes its prompt, blend and traits from the n-th template, over and over. Raises UsageError for
    templates of a generator that cannot begin from a picture.
    """
    refuse_unable(templates, "init_image", "begin from a picture")
    return [
        replace(template, seed=seed, init_image=init_image, options={**template.options, "strength": strength})
        for seed, template in zip(seeds, _over_and_over(templates, len(seeds)), strict=True)
        for strength in strengths
    ]


def _over_and_over(templates: Sequence[Recipe], count: int) -> list[Recipe]:
    return [templates[number % len(templates)] for number in range(count)]


def inpaint(
    recipe: Recipe, picture: str, mask: str, seeds: Sequence[int], *, strength: float = 1.0, prompt: str | None = None
) -> list[Recipe]:
    """Inpainting recipes: `picture` (SHA-256) painted anew where `mask` (SHA-256) is white, once a seed.

    `prompt`, if any, says what is to appear there. Raises UsageError for a generator that cannot.
    """
    refuse_unable([recipe], "mask", "inpaint")
    return [
        replace(
            recipe,
            seed=seed,
            prompt=recipe.prompt if prompt is None else prompt,
            init_image=picture,
            mask_image=mask,
            options={**recipe.options, "strength": strength},
            interpolation_target=None,
            parents=(recipe.sha256,),
        )
        for seed in seeds
    ]


def inpaint_seeds(collection_seed: int | str, recipe: Recipe, mask: str, count: int) -> list[int]:
    """Seeds for `count` attempts to inpaint one mask."""
    return [image_seed(collection_seed, "inpaint", recipe.sha256, mask, number) for number in range(count)]


def refuse_unable(recipes: Sequence[Recipe], ability: str, what: str) -> None:
    """UsageError if the generator of any of the recipes lacks an ability: a field of Capabilities, and its words."""
    for recipe in recipes:
        if not getattr(_able(recipe), ability):
            raise UsageError(
                f"{recipe.generator} cannot {what}",
                f'in [generator], use = "..." one of those that can: {", ".join(capable(ability))}',
            )


def _able(recipe: Recipe) -> Capabilities:
    """What the generator of a recipe can do; nothing, if it is not installed."""
    table = known_table(recipe.generator)
    return table.capabilities if table else Capabilities()


def larger(recipe: Recipe, picture: str, scale: int, *, strength: float, tile: int) -> Recipe:
    """A recipe at `scale` times the size, as its generator enlarges: the same drawing drawn again, or `picture`
    (SHA-256) painted anew tile by tile. Raises UsageError for a generator that does neither."""
    able = _able(recipe)
    if able.enlarges == "redraws":
        return _enlarged(recipe, scale, able.longest)
    if able.enlarges == "tiles":
        return _tiled_larger(recipe, picture, scale, strength=strength, tile=tile)
    made = f"{recipe.generator}, which made the image by {recipe.model}, cannot enlarge it"
    raise UsageError(
        "an imported image is enlarged by a model alone" if recipe.generator == IMPORTED else made,
        "name an upscaling model's file: --model FILE",
    )


def _tiled_larger(recipe: Recipe, picture: str, scale: int, *, strength: float, tile: int) -> Recipe:
    options = {**recipe.options, "strength": strength, "tile": tile, "painter": recipe.generator}
    return replace(
        _enlarged(recipe, scale),
        generator=enlarger("tiles"),
        init_image=picture,
        mask_image="",
        interpolation_target=None,
        options=options,
    )


def model_larger(recipe: Recipe, picture: str, scale: int, *, model: str, weights: str) -> Recipe:
    """A recipe for the upscaling model of that file name and SHA-256 (`weights`).

    What the picture shows (prompt, blend, traits) is kept; how it was made is said by its parent.
    """
    options: dict[str, Any] = {"scale": scale, "weights": weights}
    return replace(
        _enlarged(recipe, scale),
        generator=enlarger("model"),
        model=model,
        init_image=picture,
        mask_image="",
        interpolation_target=None,
        options=options,
    )


def derived(
    recipe: Recipe, picture: str, generator: str, model: str, options: dict[str, Any], **changed: Any
) -> Recipe:
    """A recipe for a generator that makes one picture of another: `picture` (SHA-256), which `recipe` made.

    What the picture shows (prompt, traits, blend) is kept unless it is `changed`; its recipe, if it has one,
    is the parent.
    """
    return replace(
        recipe,
        **{
            "generator": generator, "model": model, "options": options, "init_image": picture, "mask_image": "",
            "interpolation_target": None, "switch_to": StyleBlend(), "parents": parents_of(recipe), **changed,
        },
    )  # fmt: skip


def _enlarged(recipe: Recipe, scale: int, longest: int = LONGEST) -> Recipe:
    width, height = recipe.width * scale, recipe.height * scale
    if max(width, height) > longest:
        raise UsageError(
            f"{scale} times {recipe.width}x{recipe.height} is {width}x{height}, more than {longest} pixels a side",
            "choose a smaller --scale",
        )
    return replace(recipe, width=width, height=height, parents=parents_of(recipe))


def interpolate(start: Recipe, end: Recipe, images: int) -> list[Recipe]:
    """The pictures on the way between two recipes, evenly spread, without the two themselves.

    Noise is turned from one to the other on the sphere, embeddings in a straight line. Raises UsageError for recipes
    that are not of one model and size, or that begin from a picture.
    """
    refuse_unable([start, end], "interpolation", "make pictures between two of its images")
    shapes = [
        (item.generator, item.model, item.width, item.height, item.init_image, item.interpolation_target)
        for item in (start, end)
    ]
    if shapes[0] != shapes[1] or start.init_image or start.interpolation_target:
        raise UsageError(
            "a way leads only between two images of one model and one size, neither of which began from a picture",
            "choose two images of one series; `collection recipe FILE` shows what a picture was made from",
        )
    parents = (start.sha256, end.sha256)
    steps = [round(number / (images + 1), 6) for number in range(1, images + 1)]
    return [
        replace(start, interpolation_target=end, options={**start.options, "alpha": t}, parents=parents) for t in steps
    ]


def finished(recipe: Recipe) -> Recipe | None:
    """A draft's recipe without what makes it a draft; None for one that is no draft."""
    draft = _able(recipe).preview_option
    if draft not in recipe.options:
        return None
    options = {name: value for name, value in recipe.options.items() if name != draft}
    return replace(recipe, options=options, parents=(recipe.sha256,))
