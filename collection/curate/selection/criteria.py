"""What a chosen set is to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from collection.curate.reviews.state import Standing
from collection.store.records import Asset
from collection.values import ARTIST, Slot


@dataclass(frozen=True)
class Wish:
    """What the chosen set is to be."""

    supply: int
    metrics: Mapping[str, str]
    """Which scores say that an image is better: metrics, and the model whose scores of each count."""
    slots: Mapping[Slot, int] = field(default_factory=dict)
    """How many tokens of each kind there are to be, `supply` in all; empty: all are of one kind."""
    slot_of: Callable[[Asset], Slot] = lambda _: ("", ())
    """The kind that an image can become."""
    diversity: float = 0.0
    """0: best scores only; 1: most different only."""
    model: str = ""
    """The encoder whose vectors say how different two images are."""
    barred: Mapping[int, str] = field(default_factory=dict)
    """Numbers of images that are not to be in it unless they are locked, and why in words."""
    decided: Mapping[int, Standing] = field(default_factory=dict)
    """What people say of images, by number."""
    shares: Mapping[str, int] = field(default_factory=dict)
    """How many tokens each artist is to have; `slots` say the same by their trait ARTIST. Empty: nobody counts."""

    @cached_property
    def locked(self) -> frozenset[int]:
        """Images that are to be in the set whatever their scores and flags; near-duplicates give way to them."""
        return frozenset(number for number, standing in self.decided.items() if standing.locked)

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
        return frozenset(number for number, standing in self.decided.items() if standing.apart_by)

    def _flagged(self, flag: str) -> frozenset[int]:
        found = (number for number, standing in self.decided.items() if standing.flag == flag)
        return frozenset(found) - self.locked

    def artist_of(self, asset: Asset) -> str | None:
        """Whose share an image counts for; None where there are no shares, or it is nobody's."""
        name, traits = self.slot_of(asset)
        artist = dict(traits).get(ARTIST)
        return artist if not name and artist in self.shares else None

    def keeping(self, keep: Callable[[str], bool]) -> Wish:
        """The same, but of the slots' traits only those whose names are to be kept."""

        def narrowed(slot: Slot) -> Slot:
            return slot[0], tuple(pair for pair in slot[1] if keep(pair[0]))

        slots: Counter[Slot] = Counter()
        for slot, count in self.slots.items():
            slots[narrowed(slot)] += count
        return replace(self, slots=slots, slot_of=lambda asset: narrowed(self.slot_of(asset)))

    @property
    def room(self) -> Counter[Slot]:
        """The tokens of each kind."""
        return Counter(self.slots or {("", ()): self.supply})
