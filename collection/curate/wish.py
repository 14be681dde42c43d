"""What a chosen set is to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from collection.curate.standing import Standing
from collection.store.records import Asset
from collection.values import Slot


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

    @property
    def room(self) -> Counter[Slot]:
        """The tokens of each kind."""
        return Counter(self.slots or {("", ()): self.supply})
