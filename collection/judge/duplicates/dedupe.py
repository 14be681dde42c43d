"""Dedupe: of pictures that are nearly one, one is kept and the others are set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from collection.config import Dedupe
from collection.judge.duplicates.calibrate import COSINE
from collection.judge.duplicates.close_look import Whole
from collection.judge.duplicates.cosine import limit
from collection.judge.duplicates.glance import TILE_DIFFERENCE
from collection.judge.duplicates.groups import PHASH_DISTANCE, DuplicateGroup, OrderedImages, star_clusters
from collection.judge.duplicates.keeping import in_order
from collection.judge.duplicates.neighbourhood import EXACT_UP_TO, SIGNALS, STEPS, KnownNeighbours, find_neighbours
from collection.judge.duplicates.second_look import SecondLook
from collection.judge.duplicates.small_copies import SmallCopies
from collection.store.columns import ComparedImage
from collection.store.judging_records import Duplicate
from collection.store.store import Store
from collection.values import Progress, canonical_json, label, sha256_hex, silent

NO_LOOK = 255.0
"""The tile difference that everything passes."""
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
    """Which of near-duplicates is kept; see `in_order`."""
    exact_up_to: int = EXACT_UP_TO
    """Pictures of which every pair is compared; a search of more is left to FAISS."""
    locked: frozenset[int] = frozenset()
    """Numbers of images that are set aside for none."""
    tile_difference: float = TILE_DIFFERENCE
    """Levels in which the worst place of two pictures may differ, by a second look; 255: there is none."""
    signals: tuple[str, ...] = SIGNALS
    """What finds candidates."""

    @classmethod
    def of(cls, settings: Dedupe, model: str, locked: frozenset[int] = frozenset()) -> DuplicateThresholds:
        """What [dedupe] says, for the vectors of an encoder; `locked` are images that are set aside for none."""
        return cls(
            model, settings.phash_distance, settings.cosine, settings.keep, settings.exact_up_to, locked,
            settings.tile_difference, settings.signals,
        )  # fmt: skip

    @property
    def least_cosine(self) -> float:
        """What calibration starts from."""
        return COSINE if self.model.startswith("efficientnet-lite0@") else CLIP_COSINE

    def as_json(self) -> dict[str, Any]:
        """What people are told of them, the calibrated cosines apart."""
        return {
            "signals": list(self.signals), "phash_distance": self.phash_distance, "cosine": self.cosine,
            "tile_difference": self.tile_difference, "keep": self.keep,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class DedupeReport:
    """What was compared and what was set aside."""

    compared: int
    groups: tuple[DuplicateGroup, ...]
    look_alikes: tuple[DuplicateGroup, ...]
    """What hash and vectors call near and the second look tells apart, or traits do: nothing is set aside for it."""
    thresholds: DuplicateThresholds
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
    encoded, hashed = store.encoded(thresholds.model), store.hashes()
    seen = [
        [thresholds.model, thresholds.exact_up_to, thresholds.as_json()],
        [[image.id, image.file_sha256, image.series, image.told, ranking.get(image.id)] for image in images],
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
    store: Store, thresholds: DuplicateThresholds, ranking: Mapping[int, float], *, whole: Whole | None = None,
    progress: Progress = silent,
) -> DedupeReport:  # fmt: skip
    """Group near-duplicates and set all but one of each group aside.

    `whole` opens pictures for a close look; without it their small copies decide alone.

    `ranking` says how good each image is, by number, higher is better (finite); an image that is not in it is worst.
    Locked images are kept whatever they are near to. Neighbours are searched of new pictures only; the groups are drawn
    anew in one commit: what is kept may change with every image that comes. Images that are
    near-duplicates of pictures elsewhere (`against`) are set aside already and keep none.
    """
    images = store.compared_images()
    seen, everything = _inputs(store, images, thresholds, ranking), comparable(store, images, thresholds.model)
    known = find_neighbours(
        store, everything, thresholds.model, least=thresholds.least_cosine, cosine=thresholds.cosine,
        bits=thresholds.phash_distance, exact_up_to=thresholds.exact_up_to, signals=thresholds.signals,
        progress=progress,
    )  # fmt: skip
    elsewhere = {item.asset_id for item in store.against()}
    looks = dict(zip(known.files, known.looks(), strict=True))
    assets = in_order([asset for asset in everything if asset.id not in elsewhere], ranking, thresholds.keep, looks)
    cosines = {name: known.cosines[name] if thresholds.cosine is None else thresholds.cosine for name in known.cosines}
    grouping = Grouping(known, assets, thresholds, whole)
    groups = grouping.groups(cosines, thresholds.phash_distance)
    compared = {asset.id for asset in everything}
    loosest = limit(min(cosines.values(), default=1.0))
    truncated_at = int((known.by_vector.found.truncated_at <= loosest).sum())
    report = DedupeReport(
        len(assets),
        tuple(groups),
        tuple(_look_alikes(grouping, groups, cosines)),
        thresholds,
        cosines,
        tuple(label(image.id) for image in images if image.id not in compared),
        _shifted(grouping, assets, cosines, groups),
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
        "look_alikes": sum(len(group.members) for group in report.look_alikes),
        "thresholds": report.thresholds.as_json(),
        "cosines": dict(report.cosines),
        "shifted": {name: [list(pair) for pair in pairs] for name, pairs in report.shifted.items()},
        "search": dict(report.search),
    }


def comparable(store: Store, images: Sequence[ComparedImage], model: str) -> list[ComparedImage]:
    """The images that have both a vector and hashes."""
    encoded, hashed = store.encoded(model), store.hashes()
    return [image for image in images if image.file_sha256 in encoded and image.file_sha256 in hashed]


class Grouping:
    """Images, in the order in which they keep others, and what is known of their pictures' neighbours."""

    def __init__(
        self, known: KnownNeighbours, assets: Sequence[ComparedImage], thresholds: DuplicateThresholds,
        whole: Whole | None,
    ) -> None:  # fmt: skip
        self._known, self._assets, self._thresholds = known, assets, thresholds
        self._whole = whole
        self._rows = {file: row for row, file in enumerate(known.files)}
        self._looks: dict[float, SecondLook] = {}

    @property
    def bits(self) -> int:
        """In how many bits hashes may differ."""
        return self._thresholds.phash_distance

    def groups(
        self,
        cosines: Mapping[str, float],
        bits: int,
        locked: frozenset[int] | None = None,
        tile_difference: float | None = None,
    ) -> list[DuplicateGroup]:
        """The groups at a cosine a series and so many bits; all else as in the thresholds, where it is not given."""
        locked = self._thresholds.locked if locked is None else locked
        looked = self._thresholds.tile_difference if tile_difference is None else tile_difference
        images = self._images(cosines, bits, locked, told=looked < NO_LOOK)
        look = self._second_look(looked).verdicts if looked < NO_LOOK else None
        return star_clusters(images, self._known.by_hash, self._known.by_vector, look)

    def _images(self, cosines: Mapping[str, float], bits: int, locked: frozenset[int], *, told: bool) -> OrderedImages:
        first = [asset for asset in self._assets if asset.id in locked]
        ordered = first + [asset for asset in self._assets if asset.id not in locked]
        limits = {name: limit(cosine) for name, cosine in cosines.items()}
        return OrderedImages(
            [asset.id for asset in ordered],
            np.array([self._rows[asset.file_sha256] for asset in ordered], dtype=np.int64),
            [asset.file_sha256 for asset in ordered],
            [(asset.pixel_sha256, asset.animated) for asset in ordered],
            [limits[asset.series] for asset in ordered],
            bits,
            locked,
            [asset.told for asset in ordered] if told else (),
        )

    def _second_look(self, tile_difference: float) -> SecondLook:
        """Moving pictures are not looked at: what one shows first, another may too."""
        if tile_difference not in self._looks:
            moving = {self._rows[asset.file_sha256] for asset in self._assets if asset.animated}
            looks = [None if row in moving else look for row, look in enumerate(self._known.looks())]
            signals, whole = self._thresholds.signals, self._whole
            of_row = None if whole is None else lambda row: whole(self._known.files[row])
            self._looks[tile_difference] = SecondLook(
                SmallCopies(looks, self._known.small_copies, of_row),
                limit=tile_difference,
                turns="turns" in signals,
                borders="borders" in signals,
            )
        return self._looks[tile_difference]


def _look_alikes(
    grouping: Grouping, groups: Sequence[DuplicateGroup], cosines: Mapping[str, float]
) -> list[DuplicateGroup]:
    """The groups by hash and vector alone, without the images that are set aside."""
    aside = {member.id for group in groups for member in group.members}
    near = grouping.groups(cosines, grouping.bits, tile_difference=NO_LOOK)
    left = (
        replace(group, members=tuple(member for member in group.members if member.id not in aside)) for group in near
    )
    return [group for group in left if group.members]


def _shifted(
    grouping: Grouping, assets: Sequence[ComparedImage], cosines: Mapping[str, float], groups: Sequence[DuplicateGroup]
) -> dict[str, list[tuple[float, int]]]:  # fmt: skip
    """How many groups each series would have with its threshold elsewhere; `groups` are those where it is."""
    series = {asset.id: asset.series for asset in assets}
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in cosines}
    for step in STEPS:
        other = {name: min(1.0, cosine + step) for name, cosine in cosines.items()}
        there = grouping.groups(other, grouping.bits) if step else groups
        counts = Counter(series[group.representative] for group in there)
        for name in cosines:
            found[name].append((step, counts[name]))
    return found
