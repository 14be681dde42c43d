"""Sizes that a pipeline makes."""

from __future__ import annotations

import inspect
from typing import Any

from collection.errors import GenerationError
from collection.values import Recipe

MULTIPLE = 8
"""Pixels by which both sides can be divided: one latent of nearly every VAE. Some models ask for more."""


def refuse_size(recipe: Recipe, multiple: int = MULTIPLE) -> None:
    """Raise GenerationError, naming the nearest size, for sides that are no multiple of so many pixels."""
    near = [max(multiple, round(side / multiple) * multiple) for side in (recipe.width, recipe.height)]
    if near != [recipe.width, recipe.height]:
        raise GenerationError(
            f"size {recipe.width}x{recipe.height}: both sides must be divisible by {multiple} for this model",
            f'set size = "{near[0]}x{near[1]}"',
        )


def check_size(pipeline: Any, recipe: Recipe) -> None:
    """Raise GenerationError for a size that the pipeline refuses, or would make another picture size of."""
    processor = getattr(pipeline, "image_processor", None)
    refuse_size(recipe, max(MULTIPLE, int(getattr(getattr(processor, "config", {}), "vae_scale_factor", MULTIPLE))))
    if "use_resolution_binning" in inspect.signature(pipeline.__call__).parameters:
        return  # it makes the nearest size that it was trained on, and scales that
    check = getattr(pipeline, "check_inputs", None)
    takes = inspect.signature(check).parameters if check is not None else {}
    if check is None or not {"width", "height", "prompt"} <= set(takes):
        return
    said = {name: None for name, item in takes.items() if item.default is inspect.Parameter.empty}
    try:
        check(**{**said, "prompt": "a cat", "width": recipe.width, "height": recipe.height})
    except (ValueError, TypeError) as error:
        if "height" in str(error) or "width" in str(error):
            raise GenerationError(f"size {recipe.width}x{recipe.height}: {error}", "set another size") from error
