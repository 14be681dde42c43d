"""Style transfer by optimisation: the picture itself is changed until a network sees one picture's content in the
style of others.

L. Gatys, A. Ecker, M. Bethge, "Image style transfer using convolutional neural networks", CVPR 2016; regions as in
L. Gatys and others, "Controlling perceptual factors in neural style transfer", CVPR 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch.nn import functional

from collection.generate.style_transfer.colour import recoloured
from collection.models.trunk import Trunk

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
CONTENT_LAYER = "relu3_2"
STYLE_WEIGHT = 1000.0
"""Of the style's relative difference, the mean of its layers, beside 1 for that of the content."""
SMOOTHNESS_WEIGHT = 30.0
"""Of the total variation at smoothness 1."""
SMALLEST = 128
"""Pixels of the shorter side at which the coarsest pass begins, for pictures of twice that or more."""
HISTORY = 12
"""Steps that the optimiser remembers."""


@dataclass(frozen=True, slots=True)
class StyleTarget:
    """A picture to imitate, (1, 3, h, w) of 0 to 1; where it applies, (1, 1, h, w) of 0 to 1, None: everywhere."""

    picture: torch.Tensor
    weight: float = 1.0
    region: torch.Tensor | None = None


@dataclass(frozen=True, slots=True)
class Aims:
    """How much each part of the loss counts."""

    strength: float = 1.0
    """Of the style, beside 1 for the content."""
    smoothness: float = 0.0
    """Of the total variation."""


Grams: TypeAlias = dict[str, torch.Tensor]
"""The Gram matrix of each layer."""


class StyleLoss:
    """How far a picture is from one picture's content in the style of others; smaller is nearer."""

    def __init__(self, trunk: Trunk, content: torch.Tensor, styles: Sequence[StyleTarget], aims: Aims) -> None:
        self._trunk = trunk
        self._aims = aims
        self._layers = {CONTENT_LAYER, *STYLE_LAYERS}
        with torch.no_grad():
            self._content = trunk(content, [CONTENT_LAYER])[CONTENT_LAYER]
            self._groups = list(self._grouped(styles))

    def _grouped(self, styles: Sequence[StyleTarget]) -> list[tuple[torch.Tensor | None, float, Grams]]:
        """(region, weight, Gram matrices) of the styles; those that apply everywhere become one, by their weights."""
        found: list[tuple[torch.Tensor | None, float, Grams]] = []
        everywhere = [style for style in styles if style.region is None]
        total = sum(style.weight for style in everywhere)
        if total:
            mixed = {layer: torch.zeros(()) for layer in STYLE_LAYERS}
            for style in everywhere:
                for layer, matrix in self._grams(style.picture).items():
                    mixed[layer] = mixed[layer].to(matrix) + matrix * (style.weight / total)
            found.append((None, total, mixed))
        local = [style for style in styles if style.region is not None]
        return [*found, *((style.region, style.weight, self._grams(style.picture)) for style in local)]

    def _grams(self, picture: torch.Tensor) -> Grams:
        return {layer: gram(features) for layer, features in self._trunk(picture, STYLE_LAYERS).items()}

    def __call__(self, picture: torch.Tensor) -> torch.Tensor:
        """The loss, a scalar."""
        features = self._trunk(picture, self._layers)
        loss = relative_difference(features[CONTENT_LAYER], self._content)
        for region, weight, targets in self._groups:
            share = weight * self._aims.strength * STYLE_WEIGHT / len(STYLE_LAYERS)
            if share:
                apart = [relative_difference(gram(features[layer], region), targets[layer]) for layer in STYLE_LAYERS]
                loss = loss + share * torch.stack(apart).sum()
        return loss + self._aims.smoothness * SMOOTHNESS_WEIGHT * total_variation(picture)


def relative_difference(found: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The squared difference in proportion to what is aimed at: networks differ in the size of their features."""
    return functional.mse_loss(found, target) / (target**2).mean().clamp_min(1e-12)


def gram(features: torch.Tensor, region: torch.Tensor | None = None) -> torch.Tensor:
    """The Gram matrix (c, c) of features (1, c, h, w): how far channels act together, by place and channel on average.

    In a `region`, (1, 1, height, width) of 0 to 1, places count by what it says there.
    """
    _, channels, height, width = features.shape
    places = float(height * width)
    flat = features.reshape(channels, -1)
    if region is not None:
        here = functional.adaptive_avg_pool2d(region, (height, width)).reshape(1, -1)
        flat, places = flat * here, float((here**2).sum().clamp_min(1e-6))
    return flat @ flat.T / (channels * places)


def total_variation(picture: torch.Tensor) -> torch.Tensor:
    """The mean squared difference of neighbouring pixels, of rows and of columns together."""
    rows, columns = picture.diff(dim=2), picture.diff(dim=3)
    return (rows**2).mean() + (columns**2).mean()


def painted(trunk: Trunk, content: torch.Tensor, styles: Sequence[StyleTarget], aims: Aims, steps: int) -> torch.Tensor:
    """The content in the styles, (1, 3, h, w) of 0 to 1, after `steps` evaluations of the loss.

    Large pictures are painted coarsely first: a quarter of the steps at full size, the others at half of it, a
    quarter, and so on down to SMALLEST.
    """
    picture = None
    for side, share in _passes(min(content.shape[2:]), steps):
        small = _resized(content, side / min(content.shape[2:]))
        scaled = [_scaled(style, small) for style in styles]
        loss = StyleLoss(trunk, small, scaled, aims)
        if picture is None:
            begin, spent = _begun(loss, small, scaled)
            share = max(1, share - spent)
        else:
            begin = functional.interpolate(picture, small.shape[2:], mode="bicubic", antialias=True).clamp(0, 1)
        picture = lowered(loss, begin, share)
    return content if picture is None else picture


def _begun(loss: StyleLoss, content: torch.Tensor, styles: Sequence[StyleTarget]) -> tuple[torch.Tensor, int]:
    """The content, or the content in the colours of the styles, whichever is nearer; and the evaluations it took."""
    if any(style.region is not None for style in styles):
        return content, 0
    colours = recoloured(content, [(style.picture, style.weight) for style in styles])
    with torch.no_grad():
        return min((content, colours), key=lambda picture: float(loss(picture))), 2


def _passes(side: int, steps: int) -> list[tuple[int, int]]:
    """(shorter side in pixels, steps) of each pass, the coarsest first."""
    sides = [side]
    while sides[0] >= 2 * SMALLEST and len(sides) <= steps // 4:
        sides.insert(0, sides[0] // 2)
    if len(sides) == 1:
        return [(side, steps)]
    last = steps // 4
    each, rest = divmod(steps - last, len(sides) - 1)
    coarse = [(item, each + (rest if number == 0 else 0)) for number, item in enumerate(sides[:-1])]
    return [*coarse, (side, last)]


def _resized(picture: torch.Tensor, scale: float) -> torch.Tensor:
    if scale == 1:
        return picture
    size = [max(16, round(length * scale)) for length in picture.shape[2:]]
    return functional.interpolate(picture, size, mode="bicubic", antialias=True).clamp(0, 1)


def _scaled(style: StyleTarget, content: torch.Tensor) -> StyleTarget:
    """The style at about as many pixels as the content, its region at the content's size."""
    area = content.shape[2] * content.shape[3]
    scale = (area / (style.picture.shape[2] * style.picture.shape[3])) ** 0.5
    region = (
        None
        if style.region is None
        else functional.adaptive_avg_pool2d(style.region, (content.shape[2], content.shape[3]))
    )
    return StyleTarget(_resized(style.picture, scale), style.weight, region)


def lowered(loss: StyleLoss, begin: torch.Tensor, steps: int) -> torch.Tensor:
    """The picture after `steps` evaluations, from which L-BFGS lowers the loss; values stay 0 to 1.

    Of all pictures that were evaluated, the best one is kept.
    """
    picture = begin.contiguous().clone().requires_grad_(True)
    best: list[tuple[float, torch.Tensor]] = []
    optimiser = torch.optim.LBFGS(
        [picture], max_iter=steps, max_eval=steps, history_size=HISTORY, tolerance_grad=0, tolerance_change=0,
        line_search_fn="strong_wolfe",
    )  # fmt: skip
    left = steps

    def evaluate() -> torch.Tensor:
        nonlocal left
        if left == 0:  # the line search asks once more than it was allowed
            raise _EnoughError
        left -= 1
        optimiser.zero_grad()
        shown = picture.clamp(0, 1)
        value = loss(shown)
        value.backward()  # type: ignore[no-untyped-call]
        reached = value.item()
        if not best or reached < best[0][0]:
            best[:] = [(reached, shown.detach().clone())]
        return value

    try:
        while left:
            before = left
            optimiser.step(evaluate)  # type: ignore[no-untyped-call]
            if left == before:
                break
    except _EnoughError:
        pass
    return best[0][1] if best else begin


class _EnoughError(Exception):
    """All steps are taken."""
