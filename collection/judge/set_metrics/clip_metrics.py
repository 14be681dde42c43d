"""What pictures say in words, by an encoder of pictures and texts: CLIPScore, zero-shot classes, text search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from collection.errors import UsageError
from collection.judge.score import unit_length
from collection.store.records import Embedding
from collection.store.store import Store
from collection.values import ImageEncoder, Progress, sha256_hex, silent

Vectors = npt.NDArray[np.float32]

PREFIX, WEIGHT = "A photo depicts ", 2.5
"""Hessel et al. 2021, "CLIPScore", section 3: what stands before a caption, and w."""
MOOD_TEMPLATES = ("a picture that evokes {}", "an artwork that expresses {}", "a scene full of {}")
TRAIT_TEMPLATES = ("a picture with {}", "an artwork showing {}", "an illustration, {}")
ABSENT = ("none", "no", "nothing")
"""Values of a trait that say that it is not there."""
_BATCH = 64


class WordEncoder(Protocol):
    """An `ImageEncoder` that also knows words."""

    @property
    def model(self) -> str:
        """Identity of the encoder."""
        ...

    @property
    def logit_scale(self) -> float:
        """By what cosines are multiplied before a softmax, as it was trained."""
        ...

    def encode_text(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, (n, dimensions) float32, comparable with those of pictures."""
        ...


def knows_words(encoder: ImageEncoder) -> bool:
    """Whether an encoder gives vectors of texts too."""
    return hasattr(encoder, "encode_text")


def words_of(encoder: ImageEncoder) -> WordEncoder:
    """The encoder, if it knows words; raises UsageError for one that does not."""
    if not knows_words(encoder):
        raise UsageError(
            f"the encoder {encoder.model.partition('@')[0]} knows no words",
            'set encoder = "cpu" (or another CLIP) in [score], then: collection score',
        )
    return cast(WordEncoder, encoder)


def text_vectors(store: Store, encoder: WordEncoder, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
    """Unit vectors (n, d) of texts; each is encoded once and kept in the store, a batch a transaction."""
    names, model = [sha256_hex(text.encode()) for text in texts], f"{encoder.model}|text"
    known = store.known_vectors(model, names)
    new = {name: text for name, text in zip(names, texts, strict=True) if name not in known}
    for start in range(0, len(new), _BATCH):
        batch = dict(list(new.items())[start : start + _BATCH])
        found = dict(zip(batch, encoder.encode_text(list(batch.values())), strict=True))
        store.add_judgements(embeddings=[Embedding(name, model, vector) for name, vector in found.items()])
        known |= {name: vector.astype(np.float16).astype(np.float32) for name, vector in found.items()}
        progress(start + len(batch), len(new))
    return unit_length(np.stack([known[name] for name in names]))


def clipscore(pictures: Vectors, captions: Vectors) -> Vectors:
    """2.5 max(cos, 0), row by row, of unit vectors (n, d) of pictures and prefixed captions: (n,), 0 to 2.5."""
    return np.asarray(WEIGHT * np.maximum(np.einsum("nd,nd->n", pictures, captions), 0), np.float32)


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


def mood_texts(mood: str) -> list[str]:
    """The wordings of a mood."""
    return [template.format(mood) for template in MOOD_TEMPLATES]


def trait_texts(name: str, value: str) -> list[str]:
    """The wordings of a trait's value: a picture with red hat."""
    phrase = f"no {name}" if value.lower() in ABSENT else f"{value} {name}"
    return [template.format(phrase) for template in TRAIT_TEMPLATES]


def search(store: Store, encoder: ImageEncoder, text: str, count: int = 50) -> list[tuple[int, float]]:
    """The numbers of the images that `text` describes best, best first, each with its cosine, -1 to 1.

    Only encoded images are found. Raises UsageError for an encoder that knows no words, and for an empty text.
    """
    words = words_of(encoder)
    if not text.strip():
        raise UsageError("there is nothing to search for", "write some words")
    ids, vectors = store.embeddings(encoder.model)
    if not ids:
        return []
    cosines = unit_length(vectors) @ unit_length(words.encode_text([text]))[0]
    best = np.argsort(-cosines, kind="stable")[:count]
    return [(ids[row], float(cosines[row])) for row in best]
