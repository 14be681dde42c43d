"""The text tower of an encoder: texts to vectors that can be compared with those of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from collection.errors import UsageError
from collection.judge.vectors import unit_length
from collection.store.judging_records import Embedding
from collection.store.store import Store
from collection.values import ImageEncoder, Progress, sha256_hex, silent

Vectors = npt.NDArray[np.float32]

_BATCH = 64


class TextTower:
    """What an encoder knows of words (a `TextEncoder`): what it does not say itself is filled in."""

    def __init__(self, encoder: Any) -> None:
        self._encoder = encoder

    @property
    def model(self) -> str:
        """Identity of all that brings texts and pictures together: the encoder's, unless it says a `text_model`."""
        return text_model(self._encoder)

    @property
    def logit_scale(self) -> float:
        """By what cosines are multiplied before a softmax, as it was trained."""
        found: float = self._encoder.logit_scale
        return found

    def encode_text(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, (n, e) float32, comparable with those that `project_images` gives."""
        found: Vectors = self._encoder.encode_text(texts)
        return found

    def project_images(self, vectors: Vectors) -> Vectors:
        """The encoder's vectors of pictures, (n, d), beside those of texts, (n, e); the same unless it says how."""
        return self._encoder.project_images(vectors) if hasattr(self._encoder, "project_images") else vectors

    def unknown_words(self, text: str) -> list[str]:
        """The words of a text of which the encoder says that it never read them; none where it does not say."""
        return list(self._encoder.unknown_words(text)) if hasattr(self._encoder, "unknown_words") else []


def has_text_tower(encoder: ImageEncoder) -> bool:
    """Whether an encoder gives vectors of texts too."""
    return hasattr(encoder, "encode_text")


def text_tower_of(encoder: ImageEncoder) -> TextTower:
    """What an encoder knows of words; raises UsageError for one without a text tower."""
    if not has_text_tower(encoder):
        raise UsageError(
            f"the encoder {encoder.model.partition('@')[0]} has no text tower",
            'set encoder = "tiny-clip" (or another CLIP) in [score], then: collection score',
        )
    return TextTower(encoder)


def text_model(encoder: ImageEncoder) -> str:
    """Identity of all that makes the scores of an encoder that need words, whether it has a text tower or not."""
    return str(getattr(encoder, "text_model", encoder.model))


def text_vectors(store: Store, tower: TextTower, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
    """Unit vectors (n, d) of texts; each is encoded once and kept in the store, a batch a transaction."""
    names, model = [sha256_hex(text.encode()) for text in texts], f"{tower.model}|text"
    known = store.known_vectors(model, names)
    new = {name: text for name, text in zip(names, texts, strict=True) if name not in known}
    for start in range(0, len(new), _BATCH):
        batch = dict(list(new.items())[start : start + _BATCH])
        found = dict(zip(batch, tower.encode_text(list(batch.values())), strict=True))
        store.add_judgements(embeddings=[Embedding(name, model, vector) for name, vector in found.items()])
        known |= {name: vector.astype(np.float16).astype(np.float32) for name, vector in found.items()}
        progress(start + len(batch), len(new))
    return unit_length(np.stack([known[name] for name in names]))
