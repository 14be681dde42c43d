"""From a recipe to a point of the latent space and weights of classes.

The seed draws a point; `truncation` scales it towards the middle (the truncation trick of T. Karras et al., CVPR 2019,
in the space of points). A style may name a class, a point, or a direction; the blend mixes them by weight:

    point = (w0 * truncation * drawn + sum w_i * point_i) / sqrt(w0^2 + sum w_i^2) + sum w_i * scale_i * direction_i

with w_i the weights of the styles that name a point, and w0 that of all others. The root keeps the length that points
of a normal distribution have; uniform points are averaged. Directions have length 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collection.errors import GenerationError
from collection.generate.slerp import slerp
from collection.spelling import nearest
from collection.values import Recipe, Style, StyleBlend

if TYPE_CHECKING:
    from torch import Tensor

    from collection.generate.latent.model import LatentModel

CLASS = "Class"
"""The trait that says which class the seed chose, where no style names one."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the latent space a picture is."""

    point: Tensor
    """In the shape that the model takes for that size."""
    classes: Tensor
    """(classes,), weights that sum to 1."""
    chosen: str = ""
    """The class that the seed chose."""


def place_of(recipe: Recipe, model: LatentModel) -> Place:
    """The place of a recipe; between two recipes that on the way between theirs.

    Raises GenerationError naming style and key for a class, point or direction that the model has not.
    """
    here = _alone(recipe, model)
    if recipe.interpolation_target is None:
        return here
    there, alpha = _alone(recipe.interpolation_target, model), float(recipe.options.get("alpha", 0.5))
    if model.distribution == "normal":
        point = slerp(here.point, there.point, alpha)
    else:
        point = (1 - alpha) * here.point + alpha * there.point
    mixed = _one_class(recipe, (1 - alpha) * here.classes + alpha * there.classes, model)
    return Place(point, mixed, here.chosen if alpha < 0.5 else there.chosen)


def _alone(recipe: Recipe, model: LatentModel) -> Place:
    import torch

    from collection.models.determinism import seeded_generator

    shape, generator = model.shape_for(recipe.width, recipe.height), seeded_generator(recipe.seed)
    if model.distribution == "normal":
        drawn = torch.randn(shape, generator=generator)
    else:
        low, high = model.bounds
        drawn = low + (high - low) * torch.rand(shape, generator=generator)
    middle = 0.0 if model.distribution == "normal" else sum(model.bounds) / 2
    drawn = middle + float(recipe.options.get("truncation", 1.0)) * (drawn - middle)
    classes, chosen = _classes(recipe, model, generator)
    return Place(_moved(_mixed(drawn, recipe.blend, model), recipe.blend, model), classes, chosen)


def _mixed(drawn: Tensor, blend: StyleBlend, model: LatentModel) -> Tensor:
    named = [(vector_of(style, "latent", model, tuple(drawn.shape)), weight) for style, weight in blend.parts]
    points = [(vector, weight) for vector, weight in named if vector is not None]
    if not points:
        return drawn
    own = max(0.0, 1 - math.fsum(weight for _, weight in points))
    total = own * drawn + sum(weight * point for point, weight in points)
    if model.distribution == "uniform":
        return total
    return total / math.sqrt(own**2 + math.fsum(weight**2 for _, weight in points))


def _moved(point: Tensor, blend: StyleBlend, model: LatentModel) -> Tensor:
    for style, weight in blend.parts:
        direction = vector_of(style, "latent_direction", model, tuple(point.shape))
        if direction is not None:
            scale = float(style.settings.get("latent_scale", 1.0))
            point = point + weight * scale * direction / direction.norm().clamp_min(1e-12)
    return point


def vector_of(style: Style, key: str, model: LatentModel, shape: Sequence[int]) -> Tensor | None:
    """The point or direction that a style carries; raises GenerationError for one of another model."""
    import torch

    value: Mapping[str, Any] | None = style.settings.get(key)
    if not value:
        return None
    if value.get("weights") != model.weights:
        raise GenerationError(
            f"styles.{style.name}: {key} was made with another model (weights {str(value.get('weights'))[:12]}..., not "
            f"{model.weights[:12]}...)",
            f"make it again with this model: collection latent {'project' if key == 'latent' else 'direction'} --help",
        )
    numbers = value["numbers"]
    if len(numbers) != math.prod(shape):
        raise GenerationError(
            f"styles.{style.name}: {key} has {len(numbers)} numbers, a point of this model and size has "
            f"{math.prod(shape)}",
            "make it again at this size",
        )
    return torch.tensor(numbers, dtype=torch.float32).reshape(tuple(shape))


def _classes(recipe: Recipe, model: LatentModel, generator: Any) -> tuple[Tensor, str]:
    """Weights of the classes by the blend; without a class in it one that the seed chooses."""
    import torch

    weights = torch.zeros(len(model.classes))
    if not model.classes:
        return weights, ""
    for style, weight in recipe.blend.parts:
        for name, share in classes_of(style, model).items():
            weights[model.classes.index(name)] += weight * share
    if not weights.any():
        number = int(torch.randint(len(model.classes), (), generator=generator))
        weights[number] = 1.0
        return weights, model.classes[number]
    return _one_class(recipe, weights / weights.sum(), model), ""


def classes_of(style: Style, model: LatentModel) -> Mapping[str, float]:
    """The classes that a style means: the one it names, those of its point, or that of its own name."""
    named = style.settings.get("latent_class")
    if named:
        if named not in model.classes:
            close = nearest(named, model.classes)
            known = ", ".join(model.classes[:12]) + (" ..." if len(model.classes) > 12 else "")
            raise GenerationError(
                f'styles.{style.name}: the model has no class "{named}"{close}',
                f"its classes: {known}" if known else "it has none: remove latent_class",
            )
        return {named: 1.0}
    if point := style.settings.get("latent"):
        return {name: share for name, share in point.get("classes", {}).items() if name in model.classes}
    return {style.name: 1.0} if style.name in model.classes else {}


def _one_class(recipe: Recipe, weights: Tensor, model: LatentModel) -> Tensor:
    if not model.mixes and int((weights > 0).sum()) > 1:
        names = [name for name, weight in zip(model.classes, weights.tolist(), strict=True) if weight > 0]
        raise GenerationError(
            f"recipe of seed {recipe.seed}: this model takes the number of one class and cannot mix {', '.join(names)}",
            "give each series one style",
        )
    return weights
