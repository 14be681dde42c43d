"""The way between two points of a normal distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def slerp(here: Tensor, there: Tensor, t: float) -> Tensor:
    """The point at `t`, 0 to 1, of the great arc between two tensors of one shape (Shoemake 1985).

    Gaussian noise lies near a sphere: a straight line would leave it, and the model would see too little noise.
    Where the two are nearly parallel the arc is a line.
    """
    import torch

    one, other = here.double().flatten(), there.double().flatten()
    cosine = torch.dot(one, other) / (one.norm() * other.norm())
    if abs(cosine) > 0.9995:
        mixed = (1 - t) * one + t * other
    else:
        angle = torch.acos(cosine)
        mixed = (torch.sin((1 - t) * angle) * one + torch.sin(t * angle) * other) / torch.sin(angle)
    return mixed.reshape(here.shape).to(here.dtype)
