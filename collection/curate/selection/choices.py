"""What a person decides about single images of the set: locked in, rejected, or left to their scores again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from collection.curate.reviews.log import CURATOR, record
from collection.curate.reviews.state import Standing
from collection.curate.selection.candidates import eligible_of, rank
from collection.curate.selection.criteria import Wish
from collection.curate.selection.select import refuse_crowd
from collection.errors import UsageError
from collection.store.records import Decision
from collection.store.store import Store
from collection.values import label


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

    Raises as `after` does, with nothing recorded.
    """
    after(store, wish, locked=locked, rejected=rejected, freed=freed, curator=curator)
    record(store, curator, _said(wish, locked, rejected, freed, curator), seen=seen)


def after(
    store: Store,
    wish: Wish,
    *,
    locked: Sequence[int] = (),
    rejected: Sequence[int] = (),
    freed: Sequence[int] = (),
    curator: str = CURATOR,
) -> Wish:
    """The wish as these decisions would leave it; nothing is recorded.

    A lock takes back this curator's reject, a reject the lock, and `freed` images have neither. Raises UsageError for
    numbers without an image, or an image that is named twice; ConflictError where the locked images would be more
    than the tokens of their kind.
    """
    asked = [*locked, *rejected, *freed]
    known = set(store.numbers())
    if unknown := [number for number in asked if number not in known]:
        raise UsageError(
            f"the plan has no image {label(unknown[0])}", "`collection sheet --all` shows every image with its number"
        )
    if twice := sorted(number for number, times in Counter(asked).items() if times > 1):
        raise UsageError(f"image {label(twice[0])} is named twice", "lock it, reject it or take both back")
    decided = dict(wish.decided)
    for said in _said(wish, locked, rejected, freed, curator):
        standing = decided.get(said.asset_id, Standing(said.asset_id))
        decided[said.asset_id] = _settled(standing, said, curator)
    changed = replace(wish, decided=decided)
    if locked:
        aside = {item.asset_id: item for item in store.duplicates()}
        refuse_crowd([item.asset for item in eligible_of(rank(store, wish.metrics), changed, aside)], changed)
    return changed


def _settled(standing: Standing, said: Decision, curator: str) -> Standing:
    """How an image stands after one more word on it."""
    if said.kind == "lock":
        return replace(standing, locked_by=curator if said.value else None)
    others = {who: flag for who, flag in standing.flags.items() if who != curator}
    own = {} if said.value == "none" else {curator: str(said.value)}
    return replace(standing, flags=dict(sorted({**others, **own}.items())))


def _said(
    wish: Wish, locked: Sequence[int], rejected: Sequence[int], freed: Sequence[int], curator: str
) -> list[Decision]:
    """All that has to be said so."""
    return [
        *_said_of(wish, locked, True, "none", curator),
        *_said_of(wish, rejected, False, "reject", curator),
        *_said_of(wish, freed, False, "none", curator),
    ]


def _said_of(wish: Wish, numbers: Sequence[int], lock: bool, flag: str, curator: str) -> list[Decision]:
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
    """Reject a chosen image and lock another in its place, as one action; raises as `refuse_swap` and `after` do."""
    refuse_swap(store, wish, out, into)
    decide(store, wish, locked=[into], rejected=[out], curator=curator, seen=seen)


def refuse_swap(store: Store, wish: Wish, out: int, into: int) -> None:
    """Raise UsageError where `out` is not chosen, `into` is, or the two are not of one kind under the quotas."""
    chosen = {item.asset_id for item in store.selection()}
    if out not in chosen or into in chosen:
        wrong = f"image {label(out)} is not chosen" if out not in chosen else f"image {label(into)} is chosen already"
        raise UsageError(wrong, "collection select --swap SELECTED OTHER; `collection sheet` shows the selected images")
    old, new = store.asset(out), store.asset(into)
    if old and new and wish.slots and wish.slot_of(old) != wish.slot_of(new):
        raise UsageError(
            f"images {label(out)} and {label(into)} are of different kinds, "
            "and the quotas ask for an exact number of each",
            f"collection select --why-image {into} says its kind",
        )
