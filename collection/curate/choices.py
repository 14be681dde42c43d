"""What a person decides about single images of the set: locked in, rejected, or left to their scores again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from collection.curate.candidates import eligible_of, rank
from collection.curate.reviews import CURATOR, record
from collection.curate.select import refuse_crowd
from collection.curate.standing import Standing
from collection.curate.wish import Wish
from collection.errors import UsageError
from collection.store.records import Decision
from collection.store.store import Store


def decide(
    store: Store,
    wish: Wish,
    *,
    locked: Sequence[int] = (),
    rejected: Sequence[int] = (),
    freed: Sequence[int] = (),
    curator: str = CURATOR,
    seen: Mapping[str, Any] | None = None,
) -> None:
    """Record, as one action, decisions that survive the next choice.

    A lock takes back this curator's reject, a reject the lock, and `freed` images have neither. Raises UsageError, with
    nothing recorded, for numbers without an image, or an image in two of the lists; CollectionError where the locked
    images would be more than the tokens of their kind.
    """
    asked = [*locked, *rejected, *freed]
    known = set(store.numbers())
    if unknown := [number for number in asked if number not in known]:
        raise UsageError(
            f"the plan has no image {unknown[0]:04d}", "`collection sheet --all` shows every image with its number"
        )
    if twice := [number for number in set(asked) if asked.count(number) > 1]:
        raise UsageError(f"image {twice[0]:04d} is named twice", "lock, reject or free it")
    if locked:
        settled = {**dict.fromkeys(asked), **dict.fromkeys(locked, curator)}
        changed = replace(wish, decided={**wish.decided, **{n: Standing(n, locked_by=by) for n, by in settled.items()}})
        aside = {item.asset_id: item for item in store.duplicates()}
        refuse_crowd([item.asset for item in eligible_of(rank(store, wish.metrics), changed, aside)], changed)
    said = (
        *_said(wish, locked, True, "none", curator),
        *_said(wish, rejected, False, "reject", curator),
        *_said(wish, freed, False, "none", curator),
    )
    record(store, curator, said, seen=seen)


def _said(wish: Wish, numbers: Sequence[int], lock: bool, flag: str, curator: str) -> list[Decision]:
    """What has to be said so that these images are locked or not, and flagged so by the curator."""
    found = []
    for number in numbers:
        standing = wish.decided.get(number, Standing(number))
        given = standing.flags.get(curator, "none")
        if standing.locked != lock:
            found.append(Decision("lock", number, lock))
        if given != flag and not (lock and given == "pick"):
            found.append(Decision("flag", number, flag))
    return found


def swap(
    store: Store,
    wish: Wish,
    out: int,
    into: int,
    *,
    curator: str = CURATOR,
    seen: Mapping[str, Any] | None = None,
) -> None:
    """Reject a chosen image and lock another in its place, as one action.

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
    decide(store, wish, locked=[into], rejected=[out], curator=curator, seen=seen)
