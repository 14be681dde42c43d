"""Near-duplicates as other thresholds would draw them: of the neighbours that are kept, and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collection.judge.duplicates.close_look import Whole
from collection.judge.duplicates.dedupe import NO_LOOK, DuplicateThresholds, Grouping
from collection.judge.duplicates.groups import DuplicateGroup
from collection.judge.duplicates.keeping import in_order
from collection.judge.duplicates.neighbourhood import kept_neighbours
from collection.store.store import Store


@dataclass(frozen=True, slots=True)
class GroupingThresholds:
    """When two pictures count as one."""

    bits: int
    """In how many bits their hashes may differ."""
    cosines: Mapping[str, float]
    """The least cosine of their vectors, by series."""
    tile_difference: float = NO_LOOK
    """Levels in which their worst places may differ; 255: look-alikes."""


class Regrouping:
    """The images that `dedupe` compared, and all their neighbours that were kept. Threads may share it."""

    def __init__(
        self, store: Store, thresholds: DuplicateThresholds, ranking: Mapping[int, float], whole: Whole | None = None
    ) -> None:
        """`thresholds`, `ranking` and `whole` as `dedupe` takes them."""
        cosines = store.stage_report("dedupe").get("cosines", {})
        elsewhere = {item.asset_id for item in store.against()}
        compared = [image for image in store.compared_images() if image.series in cosines and image.id not in elsewhere]
        self._known, bits, self._cosine = kept_neighbours(store, compared, thresholds.model, thresholds.signals)
        files = set(self._known.files)
        compared = [asset for asset in compared if asset.file_sha256 in files]
        looks = dict(zip(self._known.files, self._known.looks(), strict=True))
        self._assets = in_order(compared, ranking, thresholds.keep, looks)
        self._grouping = Grouping(self._known, self._assets, thresholds, whole)
        self._bits = int(bits)
        self._holding = GroupingThresholds(
            min(thresholds.phash_distance, self._bits),
            {name: max(cosine, self._cosine) for name, cosine in cosines.items()},
            thresholds.tile_difference,
        )

    def __bool__(self) -> bool:
        """Whether anything is kept to group by."""
        return bool(self._assets)

    @property
    def loosest(self) -> GroupingThresholds:
        """As far as neighbours are kept."""
        return self.thresholds(-1)

    def thresholds(self, nearer: float) -> GroupingThresholds:
        """From -1, as far as neighbours are kept, over 0, the thresholds that hold, to 1, only the same pictures.

        Each series moves from its own threshold to the common ends, all of them together. Below 0 there is no second
        look: those groups are look-alikes.
        """
        bits, cosine = (0, 1.0) if nearer > 0 else (self._bits, self._cosine)
        share, holding = min(1.0, abs(nearer)), self._holding
        looked = NO_LOOK if nearer < 0 or holding.tile_difference >= NO_LOOK else holding.tile_difference * (1 - share)
        return GroupingThresholds(
            round(holding.bits + share * (bits - holding.bits)),
            {name: found + share * (cosine - found) for name, found in holding.cosines.items()},
            looked,
        )

    def groups(self, at: GroupingThresholds, locked: frozenset[int] = frozenset()) -> list[DuplicateGroup]:
        """The groups at thresholds no looser than `loosest`, exactly as `dedupe` would draw them."""
        return self._grouping.groups(at.cosines, at.bits, locked, at.tile_difference)
