"""The criteria of a selection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from collection.curate.reviews.state import ReviewState
from collection.store.records import Asset
from collection.values import ARTIST, QuotaCell


@dataclass(frozen=True)
class SelectionCriteria:
    """The criteria of a selection: size, ranking metrics, quotas, diversity, and the decisions of curators."""

    supply: int
    metrics: Mapping[str, str]
    """Which scores say that an image is better: metrics, and the model whose scores of each count. Empty: none does,
    and people and diversity alone choose."""
    cells: Mapping[QuotaCell, int] = field(default_factory=dict)
    """How many tokens of each kind there are to be, `supply` in all; empty: all are of one kind."""
    cell_of: Callable[[Asset], QuotaCell] = lambda _: ("", ())
    """The kind that an image can become."""
    diversity: float = 0.0
    """0: best scores only; 1: most different only."""
    model: str = ""
    """The encoder whose vectors say how different two images are."""
    excluded: Mapping[int, str] = field(default_factory=dict)
    """Numbers of images that are not to be in it unless they are locked, and why in words."""
    decided: Mapping[int, ReviewState] = field(default_factory=dict)
    """The decisions of curators, by the number of the image."""
    shares: Mapping[str, int] = field(default_factory=dict)
    """How many tokens each artist is to have; `cells` say the same by their trait ARTIST. Empty: nobody counts."""

    @cached_property
    def locked(self) -> frozenset[int]:
        """Images that are to be in the set whatever their scores and issues; near-duplicates give way to them."""
        return frozenset(number for number, review_state in self.decided.items() if review_state.locked)

    @cached_property
    def rejected(self) -> frozenset[int]:
        """Images that are not to be in it: most say reject, and nobody locked them."""
        return self._flagged("reject")

    @cached_property
    def picked(self) -> frozenset[int]:
        """Images that come before all others of their kind: most say pick."""
        return self._flagged("pick")

    @cached_property
    def apart(self) -> frozenset[int]:
        """Images that somebody took out of their stack: they are nobody's duplicate."""
        return frozenset(number for number, review_state in self.decided.items() if review_state.not_duplicate_by)

    def _flagged(self, flag: str) -> frozenset[int]:
        found = (number for number, review_state in self.decided.items() if review_state.flag == flag)
        return frozenset(found) - self.locked

    def artist_of(self, asset: Asset) -> str | None:
        """Whose share an image counts for; None where there are no shares, or it is nobody's."""
        name, traits = self.cell_of(asset)
        artist = dict(traits).get(ARTIST)
        return artist if not name and artist in self.shares else None

    def keeping(self, keep: Callable[[str], bool]) -> SelectionCriteria:
        """The same, but of the cells' traits only those whose names are to be kept."""

        def narrowed(cell: QuotaCell) -> QuotaCell:
            return cell[0], tuple(pair for pair in cell[1] if keep(pair[0]))

        cells: Counter[QuotaCell] = Counter()
        for cell, count in self.cells.items():
            cells[narrowed(cell)] += count
        return replace(self, cells=cells, cell_of=lambda asset: narrowed(self.cell_of(asset)))

    @property
    def capacity(self) -> Counter[QuotaCell]:
        """The tokens of each kind."""
        return Counter(self.cells or {("", ()): self.supply})
