"""Whether pictures show the traits that they were planned with: zero-shot, each value against its siblings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from collection.judge.encoders.text_tower import text_tower_of
from collection.judge.metric import Metric, OfSet, OfSetByPart
from collection.judge.set_metrics.image_set import BUILT_IN, ImageSet
from collection.judge.set_metrics.zero_shot import ensemble, zero_shot
from collection.judge.vectors import unit_length
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import ImageEncoder

Vectors = npt.NDArray[np.float32]

TEMPLATES = ("a picture with {}", "an artwork showing {}", "an illustration, {}")
ABSENT = ("none", "no", "nothing")
"""Values of a trait that say that it is not there."""
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
    """Empty: nothing of the kind, as the image's generator says."""
    seen_probability: float
    by: str = "encoder"
    """Who says so: encoder, or generator, which is sure of it."""


def planned_traits(asset: Asset) -> Mapping[str, str]:
    """What an image was to show: the traits of its recipe, or of the JSON that came with an imported one."""
    return asset.recipe.traits if asset.recipe else asset.features


def trait_texts(name: str, value: str) -> list[str]:
    """The wordings of a trait's value: a picture with red hat. Without a name: a picture with red."""
    phrase = f"no {name}" if value.lower() in ABSENT else f"{value} {name}".strip()
    return [template.format(phrase) for template in TEMPLATES]


def read_traits(images: ImageSet) -> list[TraitReading]:
    """What each image shows of every trait that has siblings.

    The siblings are the values of all the images. Nothing is said of a trait with one value, or with more than 50, or
    with a value that the encoder says it never read. A trait's name that it never read is left out of what it is asked:
    values say enough, but for one that says that there is none.
    """
    held: dict[str, dict[int, str]] = defaultdict(dict)
    for row, asset in enumerate(images.assets):
        for name, value in planned_traits(asset).items():
            held[name][row] = value
    return [
        _read(images, name, value_of)
        for name, value_of in sorted(held.items())
        if 2 <= len(values := set(value_of.values())) <= MOST_VALUES
        and images.knows(" ".join(values))
        and (images.knows(name) or not any(value.lower() in ABSENT for value in values))
    ]


def _read(images: ImageSet, name: str, value_of: Mapping[int, str]) -> TraitReading:
    values, said = tuple(sorted(set(value_of.values()))), name if images.knows(name) else ""
    texts = [text for value in values for text in trait_texts(said, value)]
    classes = ensemble(images.texts(texts), len(TEMPLATES))
    rows = np.array(list(value_of), np.int64)
    place = {value: number for number, value in enumerate(values)}
    planned = np.array([place[value] for value in value_of.values()], np.int64)
    return TraitReading(name, values, rows, planned, zero_shot(images.projected[rows], classes, images.logit_scale))


def mismatches(store: Store, encoder: ImageEncoder) -> list[Mismatch]:
    """Images whose planned value of a trait is not the most likely, worst first (least probability, then number).

    Raises UsageError for an encoder without a text tower.
    """
    text_tower_of(encoder)
    ids, vectors = store.embeddings(encoder.model)
    by_number = {asset.id: asset for asset in store.assets()}
    assets = [by_number[number] for number in ids]
    images = ImageSet(store, encoder, assets, unit_length(vectors))
    found = [
        Mismatch(
            assets[row], reading.name, reading.values[planned], float(chances[planned]),
            reading.values[seen], float(chances[seen]),
        )
        for reading in read_traits(images)
        for row, planned, chances, seen in zip(
            reading.rows, reading.planned, reading.probabilities, reading.probabilities.argmax(axis=1), strict=True
        )
        if seen != planned
    ]  # fmt: skip
    return sorted(found, key=lambda item: (item.probability, item.asset.id, item.trait))


def _lowest(images: ImageSet) -> Vectors:
    found = np.full(len(images), np.nan, np.float32)
    for trait in images.once(read_traits):
        found[trait.rows] = np.fmin(found[trait.rows], trait.match)
    return found


def _of_each(images: ImageSet) -> dict[str, Vectors]:
    found = {trait.name: np.full(len(images), np.nan, np.float32) for trait in images.once(read_traits)}
    for trait in images.once(read_traits):
        found[trait.name][trait.rows] = trait.match
    return found


TRAIT_MATCH = Metric(
    name="trait-match",
    range=(0, 1),
    better="higher",
    says="The lowest probability, over an image's traits, that it shows the value that was planned and none of its "
    "siblings.",
    source="Zero-shot classification with a prompt ensemble: Radford et al. 2021, Learning Transferable Visual Models "
    "From Natural Language Supervision, section 3.1",
    limits="A small thing, an absence (a value of none) or a word that the encoder does not know is often misread, so "
    "that a low number is a question to a person and no verdict. Traits with one value or more than 50 get none. "
    "Probabilities are among siblings: something else altogether may be shown.",
    computed=OfSet(_lowest, needs=("text",)),
    identity=BUILT_IN,
)
TRAIT = Metric(
    name="trait",
    range=(0, 1),
    better="higher",
    says="The probability that an image shows the planned value of one trait and none of its siblings.",
    source="As trait-match",
    limits="As trait-match.",
    computed=OfSetByPart(_of_each, needs=("text",)),
    parts="NAME",
    identity=BUILT_IN,
)
