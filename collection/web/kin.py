"""Routes about images that belong together: near-duplicates, and those bred of each other."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from collection.curate.catalogue import Snapshot
from collection.errors import UsageError
from collection.plan.lineage import ancestry, children
from collection.store.records import Duplicate
from collection.web.asking import Number, TheRoom
from collection.web.room import stack_member

router = APIRouter(prefix="/api")


@router.get("/stacks")
def stacks(room: TheRoom) -> dict[str, Any]:
    """Near-duplicates: each stack led by its best image, the largest first; and what has a twin elsewhere.

    `apart` is who took a member out of its stack, or None.
    """
    now = room.now()
    found = [
        {"keeper": keeper, "members": [{**stack_member(item), "apart": _apart(now, item)} for item in members]}
        for keeper, members in sorted(now.choice.stacks.items(), key=lambda item: (-len(item[1]), item[0]))
        if keeper in now.images.rows
    ]
    elsewhere = [
        {**stack_member(item), "keeper": item.elsewhere} for item in now.choice.aside.values() if item.keeper_id is None
    ]
    return {"stacks": found, "elsewhere": elsewhere, "version": now.version}


def _apart(now: Snapshot, item: Duplicate) -> str | None:
    return now.reviews.standing(item.asset_id).apart_by


@router.get("/lineage/{number}")
def lineage(room: TheRoom, number: Number) -> dict[str, Any]:
    """What an image was bred or made from, as a tree of parents, and what came of it."""
    now = room.now()
    room.row(now, number)
    asset = room.store.asset(number)
    if asset is None or asset.recipe is None:
        raise UsageError(f"image {number} was imported, so nobody knows its recipe", "choose one that was generated")
    known = room.recipes(now)
    tree = ancestry(asset.recipe.sha256, known)
    became = children(asset.recipe.sha256, list(known.values()))
    return {
        **tree.as_json(),
        "children": [{"image": item.id, "origin": item.origin, "made": item.id in now.images.rows} for item in became],
    }
