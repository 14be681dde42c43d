"""An encoder of another package, whose every answer is looked at before anything is worked out from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from collection.errors import CollectionError, PluginError
from collection.values import ImageEncoder, Pixels

Vectors = npt.NDArray[np.float32]

TOLERANCE = 1e-3
"""By which the length of a vector may differ from 1."""


def checked(name: str, opened: Callable[[], ImageEncoder]) -> ImageEncoder:
    """The encoder that `opened` opens, checked; raises PluginError for what is no encoder."""
    encoder = _asked(name, "be opened", opened)
    for member, kind in (("model", str), ("dimensions", int)):
        if not isinstance(found := _asked(name, f"say its {member}", partial(getattr, encoder, member)), kind):
            raise _fault(name, f"its {member} is {found!r}, of {type(found).__name__} and not {kind.__name__}")
    if not callable(getattr(encoder, "encode", None)):
        raise _fault(name, "it has no method encode(images)")
    if not hasattr(encoder, "encode_text"):
        return CheckedEncoder(name, encoder)
    if not callable(encoder.encode_text) or not hasattr(encoder, "logit_scale"):
        raise _fault(name, "it claims a text tower, but has no method encode_text(texts) and number logit_scale")
    return CheckedTextEncoder(name, encoder)


class CheckedEncoder:
    """Pictures to unit vectors by another package's code (an `ImageEncoder`).

    Raises PluginError, with the encoder's name, where that fails or gives no unit vectors.
    """

    def __init__(self, name: str, encoder: Any) -> None:
        self._name, self._encoder = name, encoder
        self.model: str = encoder.model
        self.dimensions: int = encoder.dimensions
        self.space: str | None = getattr(encoder, "space", None)
        if piece := getattr(encoder, "piece", None):
            self.piece = int(piece)

    def encode(self, images: Sequence[Pixels]) -> Vectors:
        """Unit vectors (n, dimensions) float32."""
        if not images:
            return np.zeros((0, self.dimensions), np.float32)
        return self._vectors("encode pictures", self._encoder.encode, images)

    def _vectors(self, what: str, encode: Callable[[Any], Any], items: Sequence[Any]) -> Vectors:
        found, wanted = _asked(self._name, what, lambda: encode(items)), (len(items), self.dimensions)
        if not isinstance(found, np.ndarray):
            raise _fault(self._name, f"asked to {what}, it gave {type(found).__name__} and no array")
        if found.shape != wanted or found.dtype != np.float32:
            raise _fault(
                self._name, f"asked to {what}, it gave {found.shape} {found.dtype}, where {wanted} float32 was due"
            )
        lengths = np.linalg.norm(found, axis=1)
        if not np.isfinite(found).all():
            raise _fault(self._name, f"asked to {what}, it gave vectors that are not finite")
        if (wrong := np.abs(lengths - 1) > TOLERANCE).any():
            raise _fault(self._name, f"asked to {what}, it gave a vector of length {lengths[wrong][0]:.3g}, not 1")
        return found


class CheckedTextEncoder(CheckedEncoder):
    """One that also has a text tower."""

    def encode_text(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, dimensions) float32, comparable with those of pictures."""
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        return self._vectors("encode texts", self._encoder.encode_text, texts)

    @property
    def logit_scale(self) -> float:
        """By what cosines of pictures and texts are multiplied before a softmax."""
        found: float = _asked(self._name, "say its logit_scale", lambda: float(self._encoder.logit_scale))
        if not 0 < found < float("inf"):
            raise _fault(self._name, f"its logit_scale is {found}")
        return found

    def unknown_words(self, text: str) -> list[str]:
        """The words of a text that the encoder never read; none where it does not say."""
        if not hasattr(self._encoder, "unknown_words"):
            return []
        found = _asked(self._name, "say which words it does not know", lambda: list(self._encoder.unknown_words(text)))
        if not all(isinstance(word, str) for word in found):
            raise _fault(self._name, f"the words that it does not know are {found!r}, and not all of them text")
        return [*found]


def _asked(name: str, what: str, ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except CollectionError:
        raise  # it says what to do
    except (Exception, SystemExit) as error:  # another's code: whatever it raises is its fault, and named
        raise _fault(name, f"asked to {what}, it raised {type(error).__name__}: {error}") from error


def _fault(name: str, why: str) -> PluginError:
    return PluginError(
        f'the encoder "{name}" cannot be used: {why}', 'update its package, or set encoder = "embedded" in [score]'
    )
