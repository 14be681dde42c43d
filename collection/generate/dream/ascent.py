"""The ascent: a picture is changed, at several sizes, until a layer of a network answers more strongly.

A. Mordvintsev, C. Olah, M. Tyka, "Inceptionism: going deeper into neural networks", Google Research Blog, 2015:
octaves, jitter, steps of normalised gradients, and guidance by another picture's features.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from collection.models.trunk import Trunk

SHORTEST = 48
"""Pixels of the shorter side below which there is no further octave: networks halve a picture five times."""

Answer = Callable[[torch.Tensor], torch.Tensor]
"""How strongly a layer answers: its features, (1, c, h, w), to a number."""


@dataclass(frozen=True, slots=True)
class Ascent:
    """How a picture is changed."""

    octaves: int = 3
    """Sizes, the smallest first."""
    octave_scale: float = 1.4
    """How many times larger each is than the one before."""
    steps: int = 10
    """Changes at each size."""
    rate: float = 0.02
    """How far a step goes, of the range of a pixel, on average."""
    jitter: int = 16
    """Pixels by which a picture is moved at most before each step, and back: borders of the network's grid fade."""
    seed: int = 0
    """Of the jitter."""


def answer_of(features: torch.Tensor, channel: int | None) -> torch.Tensor:
    """The mean square of all features, or the mean of one channel's."""
    return (features**2).mean() if channel is None else features[:, channel].mean()


def guided_by(guide: torch.Tensor) -> Answer:
    """The answer to features like those of a guide, (1, c, h, w): each place is drawn to the place of the guide whose
    features agree most with its own."""
    wanted = guide[0].flatten(1)

    def answer(features: torch.Tensor) -> torch.Tensor:
        here = features[0].flatten(1)
        with torch.no_grad():
            nearest = (here.T @ wanted).argmax(1)
        return (here * wanted[:, nearest]).sum(0).mean()

    return answer


def dreamed(trunk: Trunk, layer: str, picture: torch.Tensor, answer: Answer, ascent: Ascent) -> torch.Tensor:
    """The picture, (1, 3, h, w) of 0 to 1, after the ascent.

    What a smaller octave changed is enlarged and laid on the next, whose own details stay.
    """
    draws = np.random.default_rng(ascent.seed)
    change = torch.zeros_like(picture[:, :, :1, :1])
    shown = picture
    for size in sizes(picture.shape[2], picture.shape[3], ascent):
        base = functional.interpolate(picture, size, mode="bilinear", antialias=True, align_corners=False)
        change = functional.interpolate(change, size, mode="bilinear", align_corners=False)
        shown = (base + change).clamp(0, 1)
        for _ in range(ascent.steps):
            move = tuple(int(draw) for draw in draws.integers(-ascent.jitter, ascent.jitter + 1, 2))
            shown = _raised(trunk, layer, shown, answer, ascent.rate, move)
        change = shown - base
    return shown


def sizes(height: int, width: int, ascent: Ascent) -> list[tuple[int, int]]:
    """(height, width) of each octave, the smallest first; the last is the picture's own."""
    found = [(height, width)]
    for number in range(1, ascent.octaves):
        factor = ascent.octave_scale**number
        size = round(height / factor), round(width / factor)
        if min(size) < SHORTEST:
            break
        found.insert(0, size)
    return found


def _raised(
    trunk: Trunk, layer: str, picture: torch.Tensor, answer: Answer, rate: float, move: tuple[int, ...]
) -> torch.Tensor:
    """The picture one step further up the gradient, whose mean size is `rate`."""
    moved = torch.roll(picture, move, (2, 3)).requires_grad_(True)
    (slope,) = torch.autograd.grad(answer(trunk(moved, [layer])[layer]), moved)
    step = slope * (rate / slope.abs().mean().clamp_min(1e-12))
    return torch.roll((moved + step).detach().clamp(0, 1), tuple(-way for way in move), (2, 3))
