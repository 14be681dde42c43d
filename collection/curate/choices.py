"""What a person decides about single images of the set: locked in, rejected, or left to their scores again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from collection.curate.select import Wish, eligible_of, rank, refuse_crowd
from collection.errors import UsageError
from collection.store.store import Store


def decide(
    store: Store, wish: Wish, *, locked: Sequence[int] = (), rejected: Sequence[int] = (), freed: Sequence[int] = ()
) -> Wish:
    """Record decisions that survive the next choice; returns the wish with them.

    Raises UsageError, with nothing recorded, for numbers without an image, or an image in two of the lists;
    CollectionError where the locked images would be more than the tokens of their kind.
    """
    asked = [*locked, *rejected, *freed]
    known = {asset.id for asset in store.assets()}
    if unknown := [number for number in asked if number not in known]:
        raise UsageError(
            f"the plan has no image {unknown[0]:04d}", "`collection sheet --all` shows every image with its number"
        )
    if twice := [number for number in set(asked) if asked.count(number) > 1]:
        raise UsageError(f"image {twice[0]:04d} is named twice", "lock, reject or free it")
    settled = set(asked)
    changed = replace(
        wish,
        locked=(wish.locked - settled) | set(locked),
        rejected=(wish.rejected - settled) | set(rejected),
    )
    aside = {item.asset_id: item for item in store.duplicates()}
    refuse_crowd([item.asset for item in eligible_of(rank(store, wish.metrics), changed, aside)], changed)
    store.record_choices(locked=locked, rejected=rejected, freed=freed)
    return changed


def swap(store: Store, wish: Wish, out: int, into: int) -> Wish:
    """Reject a chosen image and lock another in its place; returns the wish with that.

    Raises UsageError where `out` is not chosen, `into` is, or the two are not of one kind under the quotas.
    """
    chosen = {item.asset_id for item in store.selection()}
    if out not in chosen or into in chosen:
        wrong = f"image {out:04d} is not chosen" if out not in chosen else f"image {into:04d} is chosen already"
        raise UsageError(wrong, "--swap CHOSEN OTHER; `collection sheet` shows the chosen images")
    old, new = store.asset(out), store.asset(into)
    if old and new and wish.slots and wish.slot_of(old) != wish.slot_of(new):
        raise UsageError(
            f"images {out:04d} and {into:04d} are of different kinds, and the quotas ask for an exact number of each",
            f"collection select --why-image {into} says its kind",
        )
    return decide(store, wish, locked=[into], rejected=[out])
