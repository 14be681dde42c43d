"""The default encoder: a small CLIP of our own, whose picture tower is EfficientNet-Lite0.

One pass gives the vectors of `embedded_encoder`, by which images are alike; a head that this project trained brings
those vectors, whenever they are compared with words, into the space of its text tower. What both learned from, what
they can and cannot do: README.md beside this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from collection.judge.encoders.embedded_encoder import EfficientNetLite0, one_thread
from collection.judge.encoders.plugin import EncoderPlugin
from collection.judge.encoders.tiny_clip.open_clip_folder import HERE, TOWERS
from collection.judge.encoders.tiny_clip.towers import Vocabulary, project, text_vectors
from collection.models.weights import file_sha256, load_state

Vectors = npt.NDArray[np.float32]

LENGTH = 16.8
"""The mean length of the features that the head was trained on. Vectors are kept with length 1; with this length put
back, words find pictures as well as with each picture's own (`benchmarks/own_model.py` measures it)."""


class TinyClip(EfficientNetLite0):
    """EfficientNet-Lite0's vectors of pictures, and a text tower (a `TextEncoder`). Loads on first use."""

    @cached_property
    def text_model(self) -> str:
        """Identity of the text tower and the head."""
        return f"tiny-clip@{file_sha256(TOWERS)}|{self.model}"

    @cached_property
    def logit_scale(self) -> float:
        """By what cosines of pictures and texts are multiplied before a softmax, as it was calibrated."""
        return float(self._towers["logit_scale"].exp())

    def encode_text(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, 512) float32 of texts, comparable with `project_images`; long texts are cut."""
        import torch

        if not texts:
            return np.zeros((0, self._towers["text.text_projection"].shape[1]), np.float32)
        with torch.inference_mode(), one_thread():
            return np.asarray(text_vectors(self._towers, self._vocabulary.tokens(texts)).numpy(), np.float32)

    def project_images(self, vectors: Vectors) -> Vectors:
        """Unit vectors (n, 512) float32, comparable with those of texts, of this encoder's vectors (n, 1280)."""
        import torch

        with torch.inference_mode():
            found = project(self._towers, torch.from_numpy(np.asarray(vectors, np.float32) * LENGTH))
            return np.asarray(found.numpy(), np.float32)

    def unknown_words(self, text: str) -> list[str]:
        """The words of a text that were never read in training: of what they mean, nothing is known."""
        return self._vocabulary.unknown_words(text)

    @cached_property
    def _towers(self) -> dict[str, Any]:
        return {name: value.float() for name, value in load_state(TOWERS).items()}

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(HERE / "tokenizer.json", len(self._towers["text.positional_embedding"]))


TINY_CLIP = EncoderPlugin(
    lambda place, folder: TinyClip(),
    "EfficientNet-Lite0 with our own text tower: knows drawn things and the painter's scenes",
    "no download; 0.8 GFLOPs an image",
)
"""Its entry among the encoders."""
