"""Routes of decisions: votes, undo and redo."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from collection.curate import reviews
from collection.store.records import Decision, Review
from collection.web.asking import LARGEST, Text, TheRoom, You
from collection.web.room import Room, standing_of

router = APIRouter(prefix="/api")

MOST = 100_000
"""Decisions of one action."""
AssetNumber = Annotated[int, Field(ge=1, le=LARGEST)]


class Said(BaseModel):
    """One decision; curate/reviews.py names the kinds and their values."""

    model_config = ConfigDict(extra="forbid")
    kind: Annotated[Text, Field(max_length=20)]
    asset: AssetNumber
    value: StrictBool | Annotated[StrictInt, Field(ge=-LARGEST, le=LARGEST)] | Text | None
    other: AssetNumber | None = None


class Seen(BaseModel):
    """What the curator was shown when they decided."""

    model_config = ConfigDict(extra="forbid")
    view: Annotated[Text, Field(max_length=4000)] = ""
    scores: bool = False
    """Whether the model's scores were in sight."""
    others: bool = False
    """Whether the others' votes were in sight."""
    version: Annotated[int, Field(ge=0, le=LARGEST)] | None = None


class Action(BaseModel):
    """Decisions that belong together: one undo takes them back."""

    model_config = ConfigDict(extra="forbid")
    decisions: Annotated[list[Said], Field(min_length=1, max_length=MOST)]
    seen: Seen = Seen()


@router.post("/events")
def record(room: TheRoom, you: You, action: Action) -> dict[str, Any]:
    """Keep an action; answered once it is on the disk."""
    decisions = [Decision(item.kind, item.asset, item.value, item.other) for item in action.decisions]
    kept = reviews.record(room.store, you, decisions, seen=action.seen.model_dump(exclude_none=True))
    return {"batch": kept[0].batch, **_changed(room, you, kept)}


@router.post("/undo")
def undo(room: TheRoom, you: You) -> dict[str, Any]:
    """Take back your last action that stands."""
    return _changed(room, you, reviews.undo(room.store, you))


@router.post("/redo")
def redo(room: TheRoom, you: You) -> dict[str, Any]:
    """Bring back what your last undo took."""
    return _changed(room, you, reviews.redo(room.store, you))


def _changed(room: Room, you: str, events: Iterable[Review]) -> dict[str, Any]:
    """The images that events are about, and how they stand now."""
    numbers = sorted({number for event in events for number in (event.asset_id, event.other_id) if number is not None})
    now = room.now()
    standings = {number: standing_of(now.reviews.standing(number), you) for number in numbers}
    return {"changed": numbers, "standings": standings, "version": now.version}
