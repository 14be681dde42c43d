"""Routes of decisions: votes, undo and redo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from collection.curate.reviews import log as reviews
from collection.errors import UsageError
from collection.store.records import Decision, Review
from collection.values import amount
from collection.web.image_json import standing_json
from collection.web.review_app import ReviewApp
from collection.web.routes.dependencies import LARGEST, App, Text, You

router = APIRouter(prefix="/api")

MOST = 100_000
"""Decisions of one action."""
TOLD = 1000
"""Images of an action whose states its answer tells; a page asks for those of more that it shows."""
AssetNumber = Annotated[int, Field(ge=1, le=LARGEST)]


class DecisionRequest(BaseModel):
    """The same decision about one image or many; curate/reviews/log.py names the kinds and their values."""

    model_config = ConfigDict(extra="forbid")
    kind: Annotated[Text, Field(max_length=20)]
    asset: AssetNumber | Annotated[list[AssetNumber], Field(min_length=1, max_length=MOST)]
    value: StrictBool | Annotated[StrictInt, Field(ge=-LARGEST, le=LARGEST)] | Text | None
    other: AssetNumber | None = None


class Seen(BaseModel):
    """The parts of the page that the curator saw when they decided."""

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
    decisions: Annotated[list[DecisionRequest], Field(min_length=1, max_length=MOST)]
    seen: Seen = Seen()

    def each(self) -> list[Decision]:
        """One decision an image. Raises UsageError for more than MOST."""
        found = [
            Decision(item.kind, number, item.value, item.other)
            for item in self.decisions
            for number in (item.asset if isinstance(item.asset, list) else (item.asset,))
        ]
        if len(found) > MOST:
            raise UsageError(
                f"{amount(len(found), 'decision')} in one action", f"decide about {MOST:,} images at most at once"
            )
        return found


@router.post("/events", response_class=JSONResponse)
def record(app: App, you: You, action: Action) -> Response:
    """Keep an action; answered once it is committed. It outlives this server at once, a power cut a second later."""
    kept = reviews.record(app.store, you, action.each(), seen=action.seen.model_dump(exclude_none=True))
    return JSONResponse({"batch": kept[0].batch, **_changed(app, you, kept, kept)})


@router.post("/undo", response_class=JSONResponse)
def undo(app: App, you: You) -> Response:
    """Take back your last action that stands."""
    return JSONResponse(_changed(app, you, reviews.undo(app.store, you)))


@router.post("/redo", response_class=JSONResponse)
def redo(app: App, you: You) -> Response:
    """Bring back what your last undo took."""
    return JSONResponse(_changed(app, you, reviews.redo(app.store, you)))


def _changed(app: ReviewApp, you: str, events: Sequence[Review], new: Sequence[Review] = ()) -> dict[str, Any]:
    """The images that events are about, and how they stand now; `new`: those of the events that were just kept."""
    numbers = sorted({number for event in events for number in (event.asset_id, event.other_id) if number is not None})
    version, review_states = app.catalogue.review_states_after(new, numbers[:TOLD])
    return {
        "changed": numbers,
        "review_states": {
            str(review_state.asset_id): standing_json(review_state, you) for review_state in review_states
        },
        "version": version,
    }
