"""Encoders that are wrong, each in a way of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from collection.judge.encoders.plugin import EncoderPlugin

WIDTH = 4


def unit(count: int, width: int = WIDTH) -> np.ndarray:
    """Unit vectors (count, width), all the same."""
    return np.full((count, width), width**-0.5, np.float32)


class Encoder:
    """An encoder that gives what it is told to give."""

    model, dimensions = "broken@1", WIDTH

    def __init__(self, give: Callable[[int], Any]) -> None:
        self._give = give

    def encode(self, images: Sequence[Any]) -> Any:
        """Whatever it is told to give."""
        return self._give(len(images))


class WithWords(Encoder):
    """One that claims a text tower and has none."""

    model = "broken-words@1"
    logit_scale = 10.0

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        """Raise."""
        raise NotImplementedError("texts are for the next version")


class WithoutScale(Encoder):
    """One that claims a text tower, without what cosines are multiplied by."""

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors."""
        return unit(len(texts))


class WithoutModel:
    """One that does not say what it is."""

    model, dimensions = None, WIDTH

    def encode(self, images: Sequence[Any]) -> np.ndarray:
        """Unit vectors."""
        return unit(len(images))


def raising(*_: Any) -> Any:
    """Raise."""
    raise ZeroDivisionError("one divided by nothing")


def plugin(make: Callable[[], Any]) -> EncoderPlugin:
    """The encoder as a plugin."""
    return EncoderPlugin(lambda place, folder: make(), "is broken")


NO_PLUGIN = Encoder(unit)
RAISES_WHEN_OPENED = EncoderPlugin(raising, "is broken")
WITHOUT_MODEL = plugin(WithoutModel)
WRONG_SHAPE = plugin(lambda: Encoder(lambda count: unit(count, WIDTH + 1)))
WRONG_COUNT = plugin(lambda: Encoder(lambda count: unit(count + 1)))
WRONG_DTYPE = plugin(lambda: Encoder(lambda count: unit(count).astype(np.float64)))
NOT_OF_UNIT_LENGTH = plugin(lambda: Encoder(lambda count: 3 * unit(count)))
NOT_FINITE = plugin(lambda: Encoder(lambda count: unit(count) * np.float32("nan")))
NO_ARRAY = plugin(lambda: Encoder(lambda count: unit(count).tolist()))
RAISES = plugin(lambda: Encoder(raising))
KNOWS_NO_WORDS = plugin(lambda: WithWords(unit))
WITHOUT_SCALE = plugin(lambda: WithoutScale(unit))
TAKES_A_BUILT_IN_NAME = plugin(lambda: Encoder(unit))
