"""EfficientNet-Lite0, whose weights arrive in a Python package.

M. Tan, Q. Le, "EfficientNet", ICML 2019, in the Lite variant of Google's TPU repository, trained on ImageNet. Its
pooled features tell pictures apart by content and texture; it has no text tower of its own, and no aesthetic
predictor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from collection.judge.encoders.plugin import EncoderPlugin
from collection.judge.encoders.preprocess import Preprocess
from collection.models.packaged import EFFICIENTNET_LITE0
from collection.models.weights import load_state
from collection.values import Pixels

if TYPE_CHECKING:
    import torch

_PREPROCESS = Preprocess(
    size=224, mean=(127 / 255,) * 3, std=(128 / 255,) * 3, resize="squash", interpolation="bicubic"
)
"""Mean and deviation are those of the training; squashing instead of cropping shows the encoder the whole picture."""


class EfficientNetLite0:
    """Pictures to pooled 1280-wide features of unit length (an `ImageEncoder`); loads on first use, runs on the CPU."""

    space = None
    """No aesthetic predictor was trained on these features."""
    dimensions = 1280
    piece = 4
    """Pictures that go through the network together: more of them no longer fit a processor's cache and take longer."""

    def __init__(self) -> None:
        self._lock = Lock()

    @property
    def model(self) -> str:
        """Architecture, weights and preprocess; the weights are checked against it when they load."""
        return f"efficientnet-lite0@{EFFICIENTNET_LITE0.sha256}+{_PREPROCESS.identity}"

    def encode(self, images: Sequence[Pixels]) -> npt.NDArray[np.float32]:
        """Unit vectors (n, 1280) float32. Features are rectified, so the cosine of two is 0 to 1."""
        import torch

        if not images:
            return np.zeros((0, self.dimensions), np.float32)
        with torch.inference_mode(), one_thread():
            pieces = (_PREPROCESS(images[start : start + self.piece]) for start in range(0, len(images), self.piece))
            network = self._loaded()
            features = torch.cat([network(piece.to(memory_format=torch.channels_last)) for piece in pieces])
            return np.asarray(torch.nn.functional.normalize(features, dim=1).numpy(), dtype=np.float32)

    def _loaded(self) -> torch.nn.Module:
        with self._lock:  # several threads may want the first one
            return self._network

    @cached_property
    def _network(self) -> torch.nn.Module:
        import torch

        from collection.models.efficientnet_lite import efficientnet_lite0

        network: Any = efficientnet_lite0(load_state(EFFICIENTNET_LITE0.path()))
        return network.to(memory_format=torch.channels_last)  # type: ignore[no-any-return]


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread, of torch's, for the calling thread: then a vector does not depend on its batch or on the machine's
    cores, to the last bit. It costs little on pictures of this size, and leaves the cores to the generator."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


EMBEDDED = EncoderPlugin(
    lambda place, folder: EfficientNetLite0(),
    "EfficientNet-Lite0: tells pictures apart; no text tower",
    "no download",
)
