"""Whether a picture is damaged, as heads on the embedded encoder's vectors see it: the metrics `whole` and `clean`.

They learned from drawings and painted scenes and from damaged copies of them (`training/heads_train.py`), and measure
that alone: nothing that people like.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from collection.judge.metric import Metric, OfVectors, Values, Vectors
from collection.models.weights import file_sha256

WEIGHTS = Path(__file__).parent / "encoders" / "tiny_clip" / "heads.safetensors"
"""weight (6, 1280) and bias (6,): a logistic regression for each of DAMAGES."""
DAMAGES = ("incomplete", "torn", "shaken", "soft", "noisy", "blocks")
_ENCODER = "efficientnet-lite0@"
_LEARNED = "learned by this project from damaged copies of drawings and painted scenes (training/heads_train.py)"
_LIMITS = (
    "It compares pictures of one kind: a style that is soft, grainy or cut by straight lines has a low number of its "
    "own. Of photographs, of which it saw none, it is right less often (the encoder's model card has the figures). "
    "It says nothing of beauty."
)


def _head(*damages: str) -> OfVectors:
    """The probability, in percent, that a picture has none of these damages, as if they came independently."""
    rows = [DAMAGES.index(damage) for damage in damages]

    def measure(vectors: Vectors) -> Values:
        weight, bias = _weights()
        wide, fine = vectors.astype(np.float64), np.zeros(len(vectors))
        for row in rows:  # no product of matrices: its last bits would depend on how many pictures come together
            fine -= np.logaddexp(0, (wide * weight[row]).sum(axis=1) + bias[row])
        return np.asarray(100 * np.exp(fine))

    return OfVectors(measure, _ENCODER)


@cache
def _weights() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    from collection.models.weights import load_tensors

    tensors = load_tensors(WEIGHTS)
    return tensors["weight"], tensors["bias"]


def _identity(name: str) -> str:
    return f"{name}/1@{file_sha256(WEIGHTS)}"


WHOLE = Metric(
    name="whole",
    range=(0, 100),
    better="higher",
    says="How likely nothing of the picture is missing or torn into shifted bands, in percent.",
    source=_LEARNED,
    limits=_LIMITS,
    computed=_head("incomplete", "torn"),
    identity=lambda: _identity("whole"),
)
CLEAN = Metric(
    name="clean",
    range=(0, 100),
    better="higher",
    says="How likely the picture is not shaken, soft, noisy or compressed into blocks, in percent: its technical "
    "quality.",
    source=_LEARNED,
    limits=_LIMITS,
    computed=_head("shaken", "soft", "noisy", "blocks"),
    identity=lambda: _identity("clean"),
)
