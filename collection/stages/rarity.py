"""Rarity of the frozen tokens, or of the selected images before there are any."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from collection.errors import NotFoundError, PublishError
from collection.project import Project
from collection.stages.report import Report
from collection.values import amount, label

if TYPE_CHECKING:
    from collection.publish.rarity import Rarity, TokenRarity
    from collection.store.records import Asset


@dataclass(frozen=True, slots=True)
class Move:
    """A token that ranks otherwise once others have left."""

    number: int
    before: int
    after: int


@dataclass(frozen=True)
class RarityTable:
    """The ranks of a set, by what its members are numbered with."""

    rarity: Rarity
    images: Mapping[int, int]
    """The number of the image by the number of the member."""
    frozen: bool
    """Whether the members are tokens of the frozen set; else they are selected images."""

    @property
    def noun(self) -> str:
        """What a member is."""
        return "token" if self.frozen else "image"

    def name(self, number: int) -> str:
        """A member as people see it."""
        return str(number) if self.frozen else label(number)

    @cached_property
    def report(self) -> Report:
        """The ranks, in a line and as JSON."""
        members = amount(len(self.rarity.tokens), self.noun)
        basis = "frozen" if self.frozen else "selected"
        line = f"{members} ranked by OpenRarity's method, entropy {self.rarity.entropy:.2f} bits"
        listed = [self._entry(token) for token in self.rarity.tokens]
        return Report("rarity", line, {"set": basis, "entropy": self.rarity.entropy, "tokens": listed})

    def explained(self, number: int) -> tuple[TokenRarity, Report]:
        """One member, trait by trait; raises NotFoundError where the set has none of that number."""
        found = self.rarity.by_token.get(number)
        if found is None:
            raise NotFoundError(f"the set has no {self.noun} {self.name(number)}", "`collection rarity` lists them")
        rank = f"rank {found.rank:,} of {amount(len(self.rarity.tokens), self.noun)}"
        unique = amount(found.unique, "trait") if found.unique else "no trait"
        line = (
            f"{self.noun} {self.name(number)} has {rank}: {unique} that nobody else has, then score {found.score:.4f} "
            f"({found.bits:.2f} bits over an entropy of {self.rarity.entropy:.2f})"
        )
        traits = [
            {"trait": part.name, "value": part.value, "tokens": part.count, "share": part.share, "bits": part.bits}
            for part in found.traits
        ]
        return found, Report("rarity", line, {"entropy": self.rarity.entropy, **self._entry(found), "traits": traits})

    def _entry(self, token: TokenRarity) -> dict[str, Any]:
        number = {"token": token.token_id} if self.frozen else {}
        return {
            **number, "image": self.images[token.token_id], "rank": token.rank, "score": token.score,
            "unique_traits": token.unique, "rarity_score": token.rarity_score, "statistical": token.statistical,
        }  # fmt: skip


def rarity_of(project: Project, without: Collection[int] = ()) -> RarityTable:
    """The ranks of the frozen tokens, or else of the selected images, as if those numbered `without` had left.

    Raises PublishError where nothing is selected, NotFoundError for a number that the set does not have.
    """
    from collection.publish.rarity import rarity
    from collection.publish.traits import traits_of

    members, frozen = _members(project)
    noun = "token" if frozen else "image"
    for number in without:
        if number not in members:
            raise NotFoundError(f"the set has no {noun} {number}", "`collection rarity` lists them")
    kept = {number: asset for number, asset in members.items() if number not in without}
    types = project.config.trait_types
    ranked = rarity({number: traits_of(asset, types) for number, asset in kept.items()})
    return RarityTable(ranked, {number: asset.id for number, asset in kept.items()}, frozen)


def moves(before: RarityTable, after: RarityTable) -> list[Move]:
    """The members of `after` whose rank differs from the one they had, those that moved furthest first."""
    old = before.rarity.by_token
    moved = [Move(token.token_id, old[token.token_id].rank, token.rank) for token in after.rarity.tokens]
    return sorted(
        (move for move in moved if move.before != move.after),
        key=lambda move: (-abs(move.before - move.after), move.after, move.number),
    )


def _members(project: Project) -> tuple[dict[int, Asset], bool]:
    store = project.store
    tokens = store.tokens()
    if tokens:
        return {token.token_id: token.asset for token in tokens}, True
    assets = {asset.id: asset for asset in store.assets()}
    chosen = {item.asset_id: assets[item.asset_id] for item in store.selection() if item.asset_id in assets}
    if not chosen:
        raise PublishError("nothing is selected yet, so there is nothing to rank", "run `collection select`")
    return chosen, False
