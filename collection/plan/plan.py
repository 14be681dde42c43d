"""The plan: one recipe for every image to make, before any is made."""

from __future__ import annotations

from typing import Any

from collection.config import Config, DiffusionGenerator, Series
from collection.plan.quotas import largest_remainder
from collection.plan.seeds import derived_seed
from collection.values import Recipe


def plan(config: Config) -> list[Recipe]:
    """The recipes of a collection, series by series. The same configuration gives the same list for ever.

    The n-th image of a series has its seed by (collection seed, series name, n), so that more candidates, another
    series or another order of series leave the images that there are as they are.
    """
    counts = largest_remainder(config.images, [series.share for series in config.series])
    return [
        _recipe(config, series, number)
        for series, count in zip(config.series, counts, strict=True)
        for number in range(count)
    ]


def _recipe(config: Config, series: Series, number: int) -> Recipe:
    model, options = _model_and_options(config)
    return Recipe(
        generator=config.generator.use,
        model=model,
        seed=derived_seed(config.seed, series.name, number),
        width=config.image.width,
        height=config.image.height,
        series=series.name,
        prompt=series.prompt,
        negative_prompt=series.negative_prompt,
        blend=config.blend_of(series),
        options=options,
    )


def _model_and_options(config: Config) -> tuple[str, dict[str, Any]]:
    generator = config.generator
    if isinstance(generator, DiffusionGenerator):
        return generator.model, generator.options
    return generator.engine, {}
