"""Zero-shot classification: which of some texts describes a picture, by an encoder of pictures and texts.

Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.judge.vectors import unit_length

Vectors = npt.NDArray[np.float32]


def zero_shot(pictures: Vectors, classes: Vectors, scale: float) -> Vectors:
    """Probabilities (n, c) of classes (c, d) for pictures (n, d), unit vectors both: softmax of scaled cosines.

    Radford et al. 2021, "Learning Transferable Visual Models", section 3.1.2.
    """
    logits = scale * (pictures @ classes.T).astype(np.float64)
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def ensemble(vectors: Vectors, templates: int) -> Vectors:
    """One unit vector a class, (c, d), of the vectors (c * templates, d) of its wordings: their mean.

    Radford et al. 2021, section 3.1.4.
    """
    return unit_length(vectors.reshape(-1, templates, vectors.shape[1]).mean(axis=1))
