"""Dedupe: of pictures that are nearly one, one is kept and the others are set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from collection.judge.duplicates.calibrate import COSINE
from collection.judge.duplicates.cosine import limit
from collection.judge.duplicates.groups import PHASH_DISTANCE, DuplicateGroup, Images, stars
from collection.judge.duplicates.neighbourhood import EXACT_UP_TO, STEPS, Known, find_neighbours, series_of
from collection.store.records import Asset, Duplicate
from collection.store.store import Store
from collection.values import Progress, canonical_json, sha256_hex, silent

CLIP_COSINE = 0.95
"""Least cosine of near-duplicates by any other encoder than the embedded one: CLIP's vectors lie closer together."""


@dataclass(frozen=True, slots=True)
class Nearness:
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
    there would be then, each counted where its keeper is."""
    search: Mapping[str, Any]
    """How the pictures were searched (judge/duplicates/neighbourhood.py); `cut` of them have so many near-duplicates
    that not all pairs are kept: those were worked out anew."""

    @property
    def set_aside(self) -> int:
        """How many pictures are duplicates of a better one."""
        return sum(len(group.members) for group in self.groups)


def inputs(store: Store, nearness: Nearness, ranking: Mapping[int, float]) -> str:
    """Hash of all that the groups depend on."""
    assets = store.assets()
    encoded, hashed = store.encoded(nearness.model), store.fingerprints()
    seen = [
        [nearness.model, nearness.phash_distance, nearness.cosine, nearness.keep, nearness.exact_up_to],
        [[asset.id, asset.file_sha256, series_of(asset), ranking.get(asset.id)] for asset in assets],
        sorted({asset.file_sha256 for asset in assets} & encoded & hashed.keys()),
        [item.asset_id for item in store.against()],
        sorted(nearness.locked),
    ]
    return sha256_hex(canonical_json(seen))


def pending(store: Store, nearness: Nearness, ranking: Mapping[int, float]) -> int:
    """How many images are to be compared: all of them if anything changed since the last time, else none."""
    return 0 if store.stage_inputs("dedupe") == inputs(store, nearness, ranking) else len(store.assets())


def dedupe(
    store: Store, nearness: Nearness, ranking: Mapping[int, float], *, progress: Progress = silent
) -> DedupeReport:
    """Group near-duplicates and set all but one of each group aside.

    `ranking` says how good each image is, by number, higher is better (finite); an image that is not in it is worst.
    Locked images are kept whatever they are near to. Neighbours are searched of new pictures only; the groups are drawn
    anew in one commit: what is kept may change with every image that comes. Images with a twin elsewhere (`against`)
    are set aside already and keep none.
    """
    seen, everything = inputs(store, nearness, ranking), comparable(store, nearness.model)
    known = find_neighbours(
        store, everything, nearness.model, least=nearness.least_cosine, cosine=nearness.cosine,
        bits=nearness.phash_distance, exact_up_to=nearness.exact_up_to, progress=progress,
    )  # fmt: skip
    elsewhere = {item.asset_id for item in store.against()}
    assets = in_order([asset for asset in everything if asset.id not in elsewhere], ranking, nearness.keep)
    cosines = {name: known.cosines[name] if nearness.cosine is None else nearness.cosine for name in known.cosines}
    groups = grouped(known, assets, cosines, nearness.phash_distance, nearness.locked)
    compared = {asset.id for asset in everything}
    loosest = limit(min(cosines.values(), default=1.0))
    cut = int((known.by_vector.found.cut <= loosest).sum())
    report = DedupeReport(
        len(assets),
        tuple(groups),
        cosines,
        tuple(asset.label for asset in store.assets() if asset.id not in compared),
        _shifted(known, assets, cosines, nearness.phash_distance, nearness.locked),
        {**known.search, "cut": cut},
    )
    store.replace_duplicates(
        [
            Duplicate(member.id, group.keeper, member.why, member.distance)
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


def comparable(store: Store, model: str) -> list[Asset]:
    """The images that have both a vector and hashes."""
    encoded, hashed = store.encoded(model), store.fingerprints()
    return [asset for asset in store.assets() if asset.file_sha256 in encoded and asset.file_sha256 in hashed]


def in_order(assets: Sequence[Asset], ranking: Mapping[int, float], keep: str) -> list[Asset]:
    """The images in the order in which they may keep others."""

    def place(asset: Asset) -> tuple[float, float, int]:
        score = ranking.get(asset.id, float("-inf"))
        if keep == "first":
            return 0, 0, asset.id
        return -asset.width * asset.height if keep == "largest" else 0, -score, asset.id

    return sorted(assets, key=place)


def grouped(
    known: Known, assets: Sequence[Asset], cosines: Mapping[str, float], bits: int, locked: frozenset[int]
) -> list[DuplicateGroup]:
    """The groups of images, given in the order in which they keep others, at a cosine a series and so many bits."""
    rows = {file: row for row, file in enumerate(known.files)}
    first = [asset for asset in assets if asset.id in locked]
    ordered = first + [asset for asset in assets if asset.id not in locked]
    limits = {name: limit(cosine) for name, cosine in cosines.items()}
    images = Images(
        [asset.id for asset in ordered],
        np.array([rows[asset.file_sha256] for asset in ordered], dtype=np.int64),
        [asset.file_sha256 for asset in ordered],
        [asset.pixel_sha256 for asset in ordered],
        [limits[series_of(asset)] for asset in ordered],
        bits,
        locked,
    )
    return stars(images, known.by_hash, known.by_vector)


def _shifted(
    known: Known, assets: Sequence[Asset], cosines: Mapping[str, float], bits: int, locked: frozenset[int]
) -> dict[str, list[tuple[float, int]]]:
    """How many groups each series would have with its threshold elsewhere."""
    series = {asset.id: series_of(asset) for asset in assets}
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in cosines}
    for step in STEPS:
        other = {name: min(1.0, cosine + step) for name, cosine in cosines.items()}
        counts = Counter(series[group.keeper] for group in grouped(known, assets, other, bits, locked))
        for name in cosines:
            found[name].append((step, counts[name]))
    return found
