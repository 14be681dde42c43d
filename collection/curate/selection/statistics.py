"""Statistics of a set: how rare each trait is, and how far the quotas are met."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from collection.curate.selection.candidates import Candidates
from collection.curate.selection.criteria import SelectionCriteria
from collection.curate.selection.select import Proposal
from collection.store.records import Asset
from collection.values import QuotaCell


@dataclass(frozen=True, slots=True)
class Rarity:
    """A value of a trait, and in how many images of the set it is."""

    trait: str
    value: str
    count: int
    share: float
    """Of the set, 0 to 1."""
    before: int = 0
    """In how many images of the set it was compared with."""


@dataclass(frozen=True, slots=True)
class QuotaStatus:
    """A quota: a value of a trait, or a one-of-one (`trait` empty), and how far it is met."""

    trait: str
    value: str
    wanted: int
    chosen: int
    eligible: int
    """Images that could be chosen for it."""


@dataclass(frozen=True, slots=True)
class SetDiff:
    """The difference between a proposed set and the one that was written last."""

    added: Sequence[int]
    """Numbers of the images that would come in, best first."""
    removed: Sequence[int]
    """Numbers of those that would go out."""
    rarity: Sequence[Rarity]
    """Of the whole set, beside the one before."""

    @property
    def changed(self) -> list[Rarity]:
        """The trait values that more or fewer images would have."""
        return [item for item in self.rarity if item.count != item.before]


def set_diff(candidates: Candidates, proposal: Proposal, written: Collection[int]) -> SetDiff:
    """How a proposal differs from the written set, which is told by the numbers of its images."""
    chosen = {item.asset.id: None for item in proposal.chosen}
    before = [item.asset for item in candidates.ranked if item.asset.id in written]
    return SetDiff(
        [number for number in chosen if number not in written],
        sorted(set(written) - chosen.keys()),
        rarity(proposal, before),
    )


def rarity(proposal: Proposal, before: Iterable[Asset] = ()) -> list[Rarity]:
    """Every trait value of the set, the rarest first within its trait; what an image lacks is not counted.

    Values that only the set of `before` has are there too, with a count of 0.
    """
    counts = _counted(item.asset for item in proposal.chosen)
    earlier, total = _counted(before), max(len(proposal.chosen), 1)
    found = [Rarity(*pair, counts[pair], counts[pair] / total, earlier[pair]) for pair in {**counts, **earlier}]
    return sorted(found, key=lambda item: (item.trait, item.count, item.value))


def quota_status(proposal: Proposal, criteria: SelectionCriteria) -> list[QuotaStatus]:
    """How far each trait value that the quotas name is met; empty where there are no quotas."""
    if not criteria.cells:
        return []
    wanted = _by_value(criteria.cells.items())
    chosen = _by_value((criteria.cell_of(item.asset), 1) for item in proposal.chosen)
    eligible = _by_value((criteria.cell_of(item.asset), 1) for item in proposal.eligible)
    return [QuotaStatus(*pair, count, chosen[pair], eligible[pair]) for pair, count in sorted(wanted.items())]


def _counted(assets: Iterable[Asset]) -> Counter[tuple[str, str]]:
    return Counter(pair for asset in assets for pair in asset.traits.items())


def _by_value(cells: Iterable[tuple[QuotaCell, int]]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = defaultdict(int)
    for (name, traits), count in cells:
        for pair in [("", name)] if name else traits:
            found[pair] += count
    return found
