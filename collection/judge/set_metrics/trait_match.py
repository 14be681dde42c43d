"""Whether pictures show the traits that they were planned with: zero-shot, each value against its siblings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from collection.judge.score import unit_length
from collection.judge.set_metrics.clip_metrics import (
    TRAIT_TEMPLATES,
    Vectors,
    WordEncoder,
    ensemble,
    text_vectors,
    trait_texts,
    words_of,
    zero_shot,
)
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import ImageEncoder, Progress, silent

MOST_VALUES = 50
"""A trait of more values than this (a serial number, a title) is nothing that words tell apart in a picture."""


@dataclass(frozen=True, slots=True)
class TraitReading:
    """What pictures show of one trait."""

    name: str
    values: tuple[str, ...]
    """The value that was planned, and its siblings, in any order."""
    rows: npt.NDArray[np.int64]
    """(n,): which pictures have the trait."""
    planned: npt.NDArray[np.int64]
    """(n,): the place in `values` of what each was to show."""
    probabilities: Vectors
    """(n, values)."""

    @property
    def match(self) -> Vectors:
        """(n,): the probability of the planned value."""
        return np.asarray(self.probabilities[np.arange(len(self.rows)), self.planned])


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An image that seems to show `seen` where `planned` was wanted; both with their probabilities, 0 to 1."""

    asset: Asset
    trait: str
    planned: str
    probability: float
    seen: str
    seen_probability: float


def planned_traits(asset: Asset) -> Mapping[str, str]:
    """What an image was to show: the traits of its recipe, or of the JSON that came with an imported one."""
    return asset.recipe.traits if asset.recipe else asset.features


def read_traits(
    store: Store, encoder: WordEncoder, assets: Sequence[Asset], vectors: Vectors, *, progress: Progress = silent
) -> Iterator[TraitReading]:
    """What each of `assets`, whose unit vectors (n, d) are given, shows of every trait that has siblings.

    The siblings are the values of all the images. Nothing is said of a trait with one value, or with more than 50.
    """
    held: dict[str, dict[int, str]] = defaultdict(dict)
    for row, asset in enumerate(assets):
        for name, value in planned_traits(asset).items():
            held[name][row] = value
    for name, value_of in sorted(held.items()):
        values = tuple(sorted(set(value_of.values())))
        if not 2 <= len(values) <= MOST_VALUES:
            continue
        texts = [text for value in values for text in trait_texts(name, value)]
        classes = ensemble(text_vectors(store, encoder, texts, progress=progress), len(TRAIT_TEMPLATES))
        rows = np.array(list(value_of), np.int64)
        place = {value: number for number, value in enumerate(values)}
        planned = np.array([place[value] for value in value_of.values()], np.int64)
        yield TraitReading(name, values, rows, planned, zero_shot(vectors[rows], classes, encoder.logit_scale))


def mismatches(store: Store, encoder: ImageEncoder) -> list[Mismatch]:
    """Images whose planned value of a trait is not the most likely, worst first (least probability, then number).

    Raises UsageError for an encoder that knows no words.
    """
    words = words_of(encoder)
    ids, vectors = store.embeddings(encoder.model)
    by_number = {asset.id: asset for asset in store.assets()}
    assets = [by_number[number] for number in ids]
    found = [
        Mismatch(
            assets[row], reading.name, reading.values[planned], float(chances[planned]),
            reading.values[seen], float(chances[seen]),
        )
        for reading in read_traits(store, words, assets, unit_length(vectors))
        for row, planned, chances, seen in zip(
            reading.rows, reading.planned, reading.probabilities, reading.probabilities.argmax(axis=1), strict=True
        )
        if seen != planned
    ]  # fmt: skip
    return sorted(found, key=lambda item: (item.probability, item.asset.id, item.trait))
