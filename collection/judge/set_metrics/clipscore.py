"""CLIPScore: how well an image fits the prompt that it was made from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.judge.metric import Metric, OfSet, agreement
from collection.judge.set_metrics.image_set import BUILT_IN, ImageSet

Vectors = npt.NDArray[np.float32]

PREFIX, WEIGHT = "A photo depicts ", 2.5
"""Hessel et al. 2021, "CLIPScore", section 3: what stands before a caption, and w."""


def clipscore(pictures: Vectors, captions: Vectors) -> Vectors:
    """2.5 max(cos, 0), row by row, of unit vectors (n, d) of pictures and prefixed captions: (n,), 0 to 2.5."""
    return np.asarray(WEIGHT * np.maximum(np.einsum("nd,nd->n", pictures, captions), 0), np.float32)


def _of_set(images: ImageSet) -> Vectors:
    prompts = {row: asset.recipe.prompt for row, asset in enumerate(images.assets) if asset.recipe}
    prompts = {row: prompt for row, prompt in prompts.items() if prompt and images.knows(prompt)}
    found = np.full(len(images), np.nan, np.float32)
    if prompts:
        rows = list(prompts)
        found[rows] = clipscore(images.projected[rows], images.texts([PREFIX + prompt for prompt in prompts.values()]))
    return found


CLIPSCORE = Metric(
    name="clipscore",
    range=(0, 2.5),
    better="higher",
    says="How well the image fits the prompt that it was made from: 2.5 times the cosine of the two, not below 0.",
    source="Hessel et al. 2021, CLIPScore: A Reference-free Evaluation Metric for Image Captioning",
    limits="Says nothing of beauty. It sees objects better than counts, places, negations and styles; a long prompt is "
    "cut at the encoder's context (77 tokens for CLIP). The published numbers are of ViT-B/32: another encoder's are "
    "not comparable with them. Nothing is said of a prompt with a word that the encoder says it never read. "
    + agreement("it", 51),
    computed=OfSet(_of_set, needs=("text",)),
    identity=BUILT_IN,
)
