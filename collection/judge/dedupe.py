"""Dedupe: of pictures that are nearly one, the best is kept and the others are set aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from collection.judge.duplicates import (
    COSINE,
    PHASH_DISTANCE,
    DuplicateGroup,
    Pictures,
    Vectors,
    calibrated_cosine,
    find_duplicates,
)
from collection.judge.score import unit_length
from collection.store.records import Asset, Duplicate
from collection.store.store import Store
from collection.values import canonical_json, sha256_hex

CLIP_COSINE = 0.95
"""Least cosine of near-duplicates by any other encoder than the embedded one: CLIP's vectors lie closer together."""
FEWEST_TO_CALIBRATE = 8
"""A series of fewer pictures is calibrated with all the others."""


@dataclass(frozen=True, slots=True)
class Nearness:
    """When two pictures count as one. `cosine` None: calibrated on each series."""

    model: str
    """The encoder whose vectors are compared."""
    phash_distance: int = PHASH_DISTANCE
    cosine: float | None = None

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

    @property
    def set_aside(self) -> int:
        """How many pictures are duplicates of a better one."""
        return sum(len(group.members) for group in self.groups)


def inputs(store: Store, nearness: Nearness, ranking: Mapping[int, float]) -> str:
    """Hash of all that the groups depend on."""
    ids, _ = store.embeddings(nearness.model)
    hashed = store.fingerprints()
    seen = [
        [nearness.model, nearness.phash_distance, nearness.cosine],
        [[asset.id, asset.file_sha256, ranking.get(asset.id)] for asset in store.assets()],
        ids,
        sorted(asset.id for asset in store.assets() if asset.file_sha256 in hashed),
        [item.asset_id for item in store.against()],
    ]
    return sha256_hex(canonical_json(seen))


def pending(store: Store, nearness: Nearness, ranking: Mapping[int, float]) -> int:
    """How many images are to be compared: all of them if anything changed since the last time, else none."""
    return 0 if store.stage_inputs("dedupe") == inputs(store, nearness, ranking) else len(store.assets())


def dedupe(store: Store, nearness: Nearness, ranking: Mapping[int, float]) -> DedupeReport:
    """Group near-duplicates and set all but the best of each group aside.

    `ranking` says how good each image is, by number, higher is better (finite); an image that is not in it is worst.
    The whole set is compared anew in one commit: what is kept may change with every image that comes. Images with a
    twin elsewhere (`against`) are set aside already and keep none.
    """
    seen = inputs(store, nearness, ranking)
    assets, vectors = comparable(store, nearness.model)
    elsewhere = {item.asset_id for item in store.against()}
    rows = [row for row, asset in enumerate(assets) if asset.id not in elsewhere]
    assets, vectors = [assets[row] for row in rows], vectors[rows]
    phashes = store.fingerprints()
    cosines = least_cosines(assets, vectors, nearness)
    groups = find_duplicates(
        Pictures(
            ids=[asset.id for asset in assets],
            scores=[ranking.get(asset.id, float("nan")) for asset in assets],
            files=[asset.file_sha256 for asset in assets],
            pixels=[asset.pixel_sha256 for asset in assets],
            phashes=np.array([phashes[asset.file_sha256] for asset in assets], dtype=np.uint64),
            embeddings=vectors,
        ),
        phash_distance=nearness.phash_distance,
        cosine=[cosines[series_of(asset)] for asset in assets],
    )
    compared = {asset.id for asset in assets} | elsewhere
    unscored = tuple(asset.label for asset in store.assets() if asset.id not in compared)
    report = DedupeReport(len(assets), tuple(groups), cosines, unscored)
    store.replace_duplicates(
        [
            Duplicate(member.id, group.keeper, member.why, member.distance)
            for group in groups
            for member in group.members
        ],
        seen,
        {"compared": report.compared, "set_aside": report.set_aside, "cosines": dict(cosines)},
    )
    return report


def comparable(store: Store, model: str) -> tuple[list[Asset], Vectors]:
    """The images that have both a vector and a hash, and their vectors (n, d)."""
    ids, vectors = store.embeddings(model)
    rows, hashed = {asset_id: row for row, asset_id in enumerate(ids)}, store.fingerprints()
    assets = [asset for asset in store.assets() if asset.id in rows and asset.file_sha256 in hashed]
    return assets, unit_length(vectors[[rows[asset.id] for asset in assets]])


def least_cosines(assets: list[Asset], vectors: Vectors, nearness: Nearness) -> dict[str, float]:
    """The threshold of each series."""
    rows = defaultdict(list)
    for row, asset in enumerate(assets):
        rows[series_of(asset)].append(row)
    if nearness.cosine is not None:
        return dict.fromkeys(sorted(rows), nearness.cosine)
    least = nearness.least_cosine
    common = calibrated_cosine(vectors, least=least)
    return {
        series: calibrated_cosine(vectors[found], least=least) if len(found) >= FEWEST_TO_CALIBRATE else common
        for series, found in sorted(rows.items())
    }


def series_of(asset: Asset) -> str:
    """The series that an image is calibrated with; imported images are one."""
    return asset.recipe.series if asset.recipe else ""
