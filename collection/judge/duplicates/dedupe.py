"""Dedupe: of pictures that are nearly one, one is kept and the others are set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from collection.config import Dedupe
from collection.judge.duplicates.calibrate import COSINE
from collection.judge.duplicates.cosine import limit
from collection.judge.duplicates.groups import PHASH_DISTANCE, DuplicateGroup, OrderedImages, star_clusters
from collection.judge.duplicates.neighbourhood import EXACT_UP_TO, STEPS, KnownNeighbours, find_neighbours
from collection.store.columns import ComparedImage
from collection.store.records import Duplicate
from collection.store.store import Store
from collection.values import Progress, canonical_json, label, sha256_hex, silent

CLIP_COSINE = 0.95
"""Least cosine of near-duplicates by any other encoder than the embedded one: CLIP's vectors lie closer together."""


@dataclass(frozen=True, slots=True)
class DuplicateThresholds:
    """When two pictures count as one, and which of them is kept. `cosine` None: calibrated on each series."""

    model: str
    """The encoder whose vectors are compared."""
    phash_distance: int = PHASH_DISTANCE
    cosine: float | None = None
    keep: Literal["best", "first", "largest"] = "best"
    """The best score, the lowest number, or the most pixels (of equals the best score); then the lowest number."""
    exact_up_to: int = EXACT_UP_TO
    """Pictures of which every pair is compared; a search of more is left to FAISS."""
    locked: frozenset[int] = frozenset()
    """Numbers of images that are set aside for none."""

    @classmethod
    def of(cls, settings: Dedupe, model: str, locked: frozenset[int] = frozenset()) -> DuplicateThresholds:
        """What [dedupe] says, for the vectors of an encoder; `locked` are images that are set aside for none."""
        return cls(model, settings.phash_distance, settings.cosine, settings.keep, settings.exact_up_to, locked)

    @property
    def least_cosine(self) -> float:
        """What calibration starts from."""
        return COSINE if self.model.startswith("efficientnet-lite0@") else CLIP_COSINE


@dataclass(frozen=True, slots=True)
class DedupeReport:
    """What was compared and what was set aside."""

    compared: int
    groups: tuple[DuplicateGroup, ...]
    cosines: Mapping[str, float]
    """The cosine that two pictures had to reach, by series."""
    unscored: tuple[str, ...]
    """Labels of images that could not be compared, because `score` has not seen them."""
    shifted: Mapping[str, Sequence[tuple[float, int]]]
    """What other thresholds would do: by series, how far its threshold is shifted (-0.02 to +0.02) and how many groups
    there would be then, each counted where its representative is."""
    search: Mapping[str, Any]
    """How the pictures were searched (judge/duplicates/neighbourhood.py); `cut` of them have so many near-duplicates
    that not all pairs are kept: those were worked out anew."""

    @property
    def set_aside(self) -> int:
        """How many pictures are duplicates of a better one."""
        return sum(len(group.members) for group in self.groups)


def _inputs(
    store: Store, images: Sequence[ComparedImage], thresholds: DuplicateThresholds, ranking: Mapping[int, float]
) -> str:
    """Hash of all that the groups depend on."""
    encoded, hashed = store.encoded(thresholds.model), store.fingerprints()
    seen = [
        [thresholds.model, thresholds.phash_distance, thresholds.cosine, thresholds.keep, thresholds.exact_up_to],
        [[image.id, image.file_sha256, image.series, ranking.get(image.id)] for image in images],
        sorted({image.file_sha256 for image in images} & encoded & hashed.keys()),
        [item.asset_id for item in store.against()],
        sorted(thresholds.locked),
    ]
    return sha256_hex(canonical_json(seen))


def pending(store: Store, thresholds: DuplicateThresholds, ranking: Mapping[int, float]) -> int:
    """How many images are to be compared: all of them if anything changed since the last time, else none."""
    images = store.compared_images()
    return 0 if store.stage_inputs("dedupe") == _inputs(store, images, thresholds, ranking) else len(images)


def dedupe(
    store: Store, thresholds: DuplicateThresholds, ranking: Mapping[int, float], *, progress: Progress = silent
) -> DedupeReport:
    """Group near-duplicates and set all but one of each group aside.

    `ranking` says how good each image is, by number, higher is better (finite); an image that is not in it is worst.
    Locked images are kept whatever they are near to. Neighbours are searched of new pictures only; the groups are drawn
    anew in one commit: what is kept may change with every image that comes. Images that are
    near-duplicates of pictures elsewhere (`against`) are set aside already and keep none.
    """
    images = store.compared_images()
    seen, everything = _inputs(store, images, thresholds, ranking), comparable(store, images, thresholds.model)
    known = find_neighbours(
        store, everything, thresholds.model, least=thresholds.least_cosine, cosine=thresholds.cosine,
        bits=thresholds.phash_distance, exact_up_to=thresholds.exact_up_to, progress=progress,
    )  # fmt: skip
    elsewhere = {item.asset_id for item in store.against()}
    assets = in_order([asset for asset in everything if asset.id not in elsewhere], ranking, thresholds.keep)
    cosines = {name: known.cosines[name] if thresholds.cosine is None else thresholds.cosine for name in known.cosines}
    groups = grouped(known, assets, cosines, thresholds.phash_distance, thresholds.locked)
    compared = {asset.id for asset in everything}
    loosest = limit(min(cosines.values(), default=1.0))
    truncated_at = int((known.by_vector.found.truncated_at <= loosest).sum())
    report = DedupeReport(
        len(assets),
        tuple(groups),
        cosines,
        tuple(label(image.id) for image in images if image.id not in compared),
        _shifted(known, assets, cosines, thresholds.phash_distance, thresholds.locked),
        {**known.search, "cut": truncated_at},
    )
    store.replace_duplicates(
        [
            Duplicate(member.id, group.representative, member.why, member.distance)
            for group in groups
            for member in group.members
        ],
        seen,
        _told(report),
    )
    return report


def _told(report: DedupeReport) -> dict[str, Any]:
    """What `status` and the command say of it."""
    return {
        "compared": report.compared,
        "set_aside": report.set_aside,
        "cosines": dict(report.cosines),
        "shifted": {name: [list(pair) for pair in pairs] for name, pairs in report.shifted.items()},
        "search": dict(report.search),
    }


def comparable(store: Store, images: Sequence[ComparedImage], model: str) -> list[ComparedImage]:
    """The images that have both a vector and hashes."""
    encoded, hashed = store.encoded(model), store.fingerprints()
    return [image for image in images if image.file_sha256 in encoded and image.file_sha256 in hashed]


def in_order(assets: Sequence[ComparedImage], ranking: Mapping[int, float], keep: str) -> list[ComparedImage]:
    """The images in the order in which they may keep others."""

    def place(asset: ComparedImage) -> tuple[float, float, int]:
        score = ranking.get(asset.id, float("-inf"))
        if keep == "first":
            return 0, 0, asset.id
        return -asset.width * asset.height if keep == "largest" else 0, -score, asset.id

    return sorted(assets, key=place)


def grouped(
    known: KnownNeighbours,
    assets: Sequence[ComparedImage],
    cosines: Mapping[str, float],
    bits: int,
    locked: frozenset[int],
) -> list[DuplicateGroup]:
    """The groups of images, given in the order in which they keep others, at a cosine a series and so many bits."""
    rows = {file: row for row, file in enumerate(known.files)}
    first = [asset for asset in assets if asset.id in locked]
    ordered = first + [asset for asset in assets if asset.id not in locked]
    limits = {name: limit(cosine) for name, cosine in cosines.items()}
    images = OrderedImages(
        [asset.id for asset in ordered],
        np.array([rows[asset.file_sha256] for asset in ordered], dtype=np.int64),
        [asset.file_sha256 for asset in ordered],
        [asset.pixel_sha256 for asset in ordered],
        [limits[asset.series] for asset in ordered],
        bits,
        locked,
    )
    return star_clusters(images, known.by_hash, known.by_vector)


def _shifted(
    known: KnownNeighbours,
    assets: Sequence[ComparedImage],
    cosines: Mapping[str, float],
    bits: int,
    locked: frozenset[int],
) -> dict[str, list[tuple[float, int]]]:
    """How many groups each series would have with its threshold elsewhere."""
    series = {asset.id: asset.series for asset in assets}
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in cosines}
    for step in STEPS:
        other = {name: min(1.0, cosine + step) for name, cosine in cosines.items()}
        counts = Counter(series[group.representative] for group in grouped(known, assets, other, bits, locked))
        for name in cosines:
            found[name].append((step, counts[name]))
    return found
