"""Routes to related images: near-duplicates, ancestors and children."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query

from collection.curate.search.catalogue import Snapshot
from collection.curate.search.find import find
from collection.errors import UsageError
from collection.plan.lineage import family
from collection.store.judging_records import Duplicate
from collection.web.image_json import row_of, stack_member
from collection.web.review_app import ReviewApp
from collection.web.routes.dependencies import App, Known, Number, Text, You

router = APIRouter(prefix="/api")


Nearer = Annotated[float, Query(ge=-1, le=1, allow_inf_nan=False)]
"""How near pictures must be: 0 as `dedupe` found them, -1 as loosely as neighbours are kept, 1 the same only."""


@router.get("/stacks")
def stacks(app: App, you: You, now: Known, nearer: Nearer = 0, q: Text = "") -> dict[str, Any]:
    """Near-duplicates: each stack led by its best image, the largest first; and what has a twin elsewhere.

    `q` leaves the stacks of which it means an image. A stack is `resolved` once you have flagged every member, or they
    were taken out of it. `apart` is who took a member out of its stack, or None. `movable`: whether `nearer` may be
    other than 0; `at` is then what it means. Only the stacks of 0 are marked; all others are to look at.
    """
    at, known = _at(app, app.now(), you, nearer) if nearer else (None, now.selection.stacks)
    meant = set(find(now, q, you)) if q else None
    found = [
        {
            "representative": representative,
            "resolved": _resolved(now, you, [representative, *(item.asset_id for item in members)]),
            "members": [{**stack_member(item), "apart": _apart(now, item)} for item in members],
        }
        for representative, members in sorted(known.items(), key=lambda item: (-len(item[1]), item[0]))
        if representative in now.images.rows
        and (meant is None or not meant.isdisjoint([representative, *(item.asset_id for item in members)]))
    ]
    elsewhere = [
        {**stack_member(item), "representative": item.elsewhere}
        for item in now.selection.duplicates.values()
        if item.representative_id is None
    ]
    return {
        "stacks": found, "elsewhere": elsewhere, "movable": app.stacking.movable, "at": at, "version": now.version,
    }  # fmt: skip


def _at(
    app: ReviewApp, now: Snapshot, you: str, nearer: float
) -> tuple[dict[str, Any], Mapping[int, Sequence[Duplicate]]]:
    if not app.stacking.movable:
        raise UsageError("nothing is kept to draw other stacks by", "collection dedupe compares the images")
    at, loosest, found = app.stacking.at(now, nearer, you)
    cosines = [round(cosine, 4) for cosine in at.cosines.values()]
    return {"bits": at.bits, "cosines": [min(cosines), max(cosines)], "loosest": loosest}, found


def _resolved(now: Snapshot, you: str, numbers: Sequence[int]) -> bool:
    """Whether a curator has said of every member of a stack what becomes of it."""
    states = [now.reviews.review_state(number) for number in numbers]
    apart = [state.not_duplicate_by is not None for state in states]
    return all(apart[1:]) or all(you in state.flags or out for state, out in zip(states, apart, strict=True))


def _apart(now: Snapshot, item: Duplicate) -> str | None:
    return now.reviews.review_state(item.asset_id).not_duplicate_by


@router.get("/lineage/{number}")
def lineage(app: App, number: Number) -> dict[str, Any]:
    """The ancestors of an image as a tree of parents, and the images that were made from it."""
    now = app.now()
    row_of(now, number)
    asset = app.store.asset(number)
    if asset is None:
        raise UsageError(f"there is no image {number}", "choose one of the grid")
    imports = {item.file_sha256: item.id for item in app.store.imported()}
    tree, became = family(asset, app.recipes(now), imports)
    return {
        **tree.as_json(),
        "children": [{"image": item.id, "origin": item.origin, "made": item.id in now.images.rows} for item in became],
    }
