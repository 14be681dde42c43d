"""Which image becomes which token: an order, and the places of one-of-ones and of locked images, by rule."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Sequence
from typing import Any

from collection.config import Config
from collection.config.publishing import Place
from collection.store.records import Asset

METHOD = "sha256(collection/token/1, seed, sha256 of the rendered file), each on a line, ascending"
"""The seeded shuffle, as it is recorded."""


def token_order(
    config: Config, ranked: Sequence[Asset], locked: Container[int], by_hand: Sequence[int] = ()
) -> list[Asset]:
    """The images, which come by rank, in the order of their tokens: those `by_hand` first, then the others by rule.

    A one-of-one that is locked counts as a one-of-one.
    """
    rule, given = config.freeze, {asset.id: asset for asset in ranked}
    first = [given.pop(number) for number in by_hand]
    ordered = ranked = list(given.values())
    if rule.order == "shuffle":
        ordered = shuffled(config.seed if rule.seed is None else rule.seed, ranked)
    elif rule.order == "number":
        ordered.sort(key=lambda asset: asset.id)
    names = {one.name for one in config.one_of_ones}

    def is_one(asset: Asset) -> bool:
        return asset.recipe is not None and asset.recipe.series in names

    ordered = placed(ordered, lambda asset: asset.id in locked and not is_one(asset), rule.locked)
    return [*first, *placed(ordered, is_one, rule.one_of_ones)]


def recorded_order(config: Config, by_hand: int = 0) -> dict[str, Any]:
    """The rule by which images became tokens, as the proof records it; the first `by_hand` were put there by hand."""
    rule = config.freeze
    said: dict[str, Any] = {"order": rule.order}
    if rule.order == "shuffle":
        said |= {"method": METHOD, "seed": config.seed if rule.seed is None else rule.seed}
    places = {"one_of_ones": rule.one_of_ones, "locked": rule.locked}
    told = {"by_hand": by_hand} if by_hand else {}
    return {**said, **told, **{name: place for name, place in places.items() if place != "anywhere"}}


def shuffled(seed: int | str, assets: Sequence[Asset]) -> list[Asset]:
    """A shuffle that depends on the seed and the pictures alone: token numbers tell nothing of rank or series."""

    def key(asset: Asset) -> bytes:
        return hashlib.sha256(f"collection/token/1\n{seed}\n{asset.file_sha256}".encode()).digest()

    return sorted(assets, key=key)


def placed(ordered: Sequence[Asset], belongs: Callable[[Asset], bool], place: Place) -> list[Asset]:
    """The order with those that belong moved to their places; among themselves all stay in order.

    spread puts one into the middle of each of so many equal parts.
    """
    group = [asset for asset in ordered if belongs(asset)]
    others = [asset for asset in ordered if not belongs(asset)]
    if place == "anywhere" or not group:
        return list(ordered)
    if place == "first":
        return group + others
    if place == "last":
        return others + group
    middles = [(2 * number + 1) * len(ordered) // (2 * len(group)) for number in range(len(group))]
    at = dict(zip(middles, group, strict=True))
    rest = iter(others)
    return [at[number] if number in at else next(rest) for number in range(len(ordered))]
