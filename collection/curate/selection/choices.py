"""Decisions about single images of the set: lock them in, reject them, or leave them to their scores again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from collection.curate.reviews.log import CURATOR, record
from collection.curate.reviews.state import ReviewState
from collection.curate.selection.candidates import eligible_of, rank
from collection.curate.selection.criteria import SelectionCriteria
from collection.curate.selection.eligible import refuse_crowd
from collection.errors import UsageError
from collection.store.review_records import Decision
from collection.store.store import Store
from collection.values import label


def decide(
    store: Store,
    criteria: SelectionCriteria,
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
    after(store, criteria, locked=locked, rejected=rejected, freed=freed, curator=curator)
    record(store, curator, _said(criteria, locked, rejected, freed, curator), seen=seen)


def after(
    store: Store,
    criteria: SelectionCriteria,
    *,
    locked: Sequence[int] = (),
    rejected: Sequence[int] = (),
    freed: Sequence[int] = (),
    curator: str = CURATOR,
) -> SelectionCriteria:
    """The criteria as these decisions would leave it; nothing is recorded.

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
    decided = dict(criteria.decided)
    for said in _said(criteria, locked, rejected, freed, curator):
        review_state = decided.get(said.asset_id, ReviewState(said.asset_id))
        decided[said.asset_id] = _settled(review_state, said, curator)
    changed = replace(criteria, decided=decided)
    if locked:
        duplicates = {item.asset_id: item for item in store.duplicates()}
        refuse_crowd([item.asset for item in eligible_of(rank(store, criteria.metrics), changed, duplicates)], changed)
    return changed


def _settled(review_state: ReviewState, said: Decision, curator: str) -> ReviewState:
    """How an image stands after one more word on it."""
    if said.kind == "lock":
        return replace(review_state, locked_by=curator if said.value else None)
    others = {who: flag for who, flag in review_state.flags.items() if who != curator}
    own = {} if said.value == "none" else {curator: str(said.value)}
    return replace(review_state, flags=dict(sorted({**others, **own}.items())))


def _said(
    criteria: SelectionCriteria, locked: Sequence[int], rejected: Sequence[int], freed: Sequence[int], curator: str
) -> list[Decision]:
    """The decisions that are needed."""
    return [
        *_said_of(criteria, locked, True, "none", curator),
        *_said_of(criteria, rejected, False, "reject", curator),
        *_said_of(criteria, freed, False, "none", curator),
    ]


def _said_of(
    criteria: SelectionCriteria, numbers: Sequence[int], lock: bool, flag: str, curator: str
) -> list[Decision]:
    """The decisions after which these images are locked or not, and have that flag of the curator."""
    found = []
    for number in numbers:
        review_state = criteria.decided.get(number, ReviewState(number))
        given = review_state.flags.get(curator, "none")
        if review_state.locked != lock:
            found.append(Decision("lock", number, lock))
        if given != flag and not (lock and given == "pick"):
            found.append(Decision("flag", number, flag))
    return found


def swap(
    store: Store,
    criteria: SelectionCriteria,
    out: int,
    into: int,
    *,
    curator: str = CURATOR,
    seen: Mapping[str, Any] | None = None,
) -> None:
    """Reject a chosen image and lock another in its place, as one action; raises as `refuse_swap` and `after` do."""
    refuse_swap(store, criteria, out, into)
    decide(store, criteria, locked=[into], rejected=[out], curator=curator, seen=seen)


def refuse_swap(store: Store, criteria: SelectionCriteria, out: int, into: int) -> None:
    """Raise UsageError where `out` is not chosen, `into` is, or the two are not of one kind under the quotas."""
    chosen = {item.asset_id for item in store.selection()}
    if out not in chosen or into in chosen:
        wrong = f"image {label(out)} is not chosen" if out not in chosen else f"image {label(into)} is chosen already"
        raise UsageError(wrong, "collection select --swap SELECTED OTHER; `collection sheet` shows the selected images")
    old, new = store.asset(out), store.asset(into)
    if old and new and criteria.cells and criteria.cell_of(old) != criteria.cell_of(new):
        raise UsageError(
            f"images {label(out)} and {label(into)} are of different kinds, "
            "and the quotas ask for an exact number of each",
            f"collection select --why-image {into} says its kind",
        )
