"""A picture's place in the latent space: the point whose picture comes nearest.

Several points are moved down the gradient of the squared errors at full, half and quarter size (Adam, Kingma and Ba
2015), with a pull to the length that drawn points have; the best is kept. A VAE that came with its encoder is asked
instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from collection.errors import UsageError
from collection.generate.latent.model import LatentModel
from collection.generate.pictures import fitted
from collection.values import Pixels, Progress, silent

if TYPE_CHECKING:
    from torch import Tensor

STARTS, STEPS, RATE = 8, 150, 0.08
PULL = 1e-3
"""Weight of the squared length of a point, a number of it."""


@dataclass(frozen=True)
class Projected:
    """A picture's place."""

    point: Tensor
    classes: dict[str, float]
    error: float
    """Mean squared error of pixels, 0 to 1, at the model's own size."""
    pixels: Pixels
    """The picture of the point, at the model's own size."""


def project(
    picture: Pixels, model: LatentModel, size: tuple[int, int], *, named: str = "", progress: Progress = silent
) -> Projected:
    """The place of a picture (h, w, 3) uint8 for pictures of `size` (width, height); `named` fixes the class.

    Raises UsageError for a model without gradients, or without that class.
    """
    import torch

    from collection.models.determinism import deterministic

    if named and named not in model.classes:
        raise UsageError(f'the model has no class "{named}"', f"its classes: {', '.join(model.classes) or 'none'}")
    if not model.differentiable:
        raise UsageError(
            "an ONNX model gives no gradients, so that nothing can be projected into it", "use TorchScript"
        )
    shape = model.shape_for(*size)
    with deterministic():
        if model.encode is not None:
            cell = model.pixels_a_number or 1
            wanted = _target(picture, shape[2] * cell, shape[1] * cell)
            with torch.no_grad():
                points, shares = model.encode(wanted * 2 - 1), torch.zeros(1, len(model.classes))
        else:
            points, shares, wanted = _descended(picture, model, shape, named, progress)
        with torch.no_grad():
            made = model.pictures(points, shares)
        errors = (made - wanted).square().mean(dim=(1, 2, 3))
    best = int(errors.argmin())
    classes = {name: round(share, 4) for name, share in zip(model.classes, shares[best].tolist(), strict=True)}
    pixels = (made[best].permute(1, 2, 0) * 255).round().to(torch.uint8).contiguous().numpy()
    told = {name: share for name, share in classes.items() if share >= 0.01}
    return Projected(points[best].detach(), told, float(errors[best]), pixels)


def _descended(
    picture: Pixels, model: LatentModel, shape: tuple[int, ...], named: str, progress: Progress
) -> tuple[Tensor, Tensor, Tensor]:
    import torch

    generator = torch.Generator().manual_seed(0)
    low, high = model.bounds
    if model.distribution == "normal":
        points = torch.randn(STARTS, *shape, generator=generator) * 0.7
    else:
        points = low + (high - low) * torch.rand(STARTS, *shape, generator=generator)
    logits = torch.zeros(STARTS, len(model.classes))
    if named:
        logits[:, model.classes.index(named)] = 100.0
    points.requires_grad_(True), logits.requires_grad_(not named and bool(model.classes))
    with torch.no_grad():
        tall, wide = model.pictures(points[:1], logits[:1].softmax(dim=1)).shape[2:]
    wanted = _target(picture, wide, tall)
    moved = [values for values in (points, logits) if values.requires_grad]
    optimizer = torch.optim.Adam(moved, lr=RATE)
    for step in range(STEPS):
        made = model.pictures(points, logits.softmax(dim=1))
        loss = _error(made, wanted) * STARTS
        if model.distribution == "normal":
            loss = loss + PULL * points.square().flatten(1).mean(dim=1).sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if model.distribution == "uniform":
            with torch.no_grad():
                points.clamp_(low, high)
        progress(step + 1, STEPS)
    return points.detach(), logits.detach().softmax(dim=1), wanted


def _error(made: Tensor, wanted: Tensor) -> Tensor:
    """Squared errors at three sizes, the mean over pictures."""
    from torch.nn import functional

    error, total = made - wanted, (made - wanted).square().mean()
    for _ in range(2):
        error = functional.avg_pool2d(error, 2)
        total = total + error.square().mean()
    return total


def _target(picture: Pixels, wide: int, tall: int) -> Tensor:
    """(1, 3, tall, wide), 0 to 1."""
    import torch

    return torch.from_numpy(np.array(fitted(picture, wide, tall))).permute(2, 0, 1)[None].float() / 255
