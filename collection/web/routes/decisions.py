"""Routes of decisions: votes, undo and redo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from collection.curate.reviews import log as reviews
from collection.errors import UsageError
from collection.store.review_records import Decision, Review
from collection.values import amount, label
from collection.web.image_json import standing_json, tells_others
from collection.web.review_app import ReviewApp
from collection.web.routes.dependencies import DECIDES, LARGEST, VOTES, App, Role, Text, You
from collection.web.sights import ALL

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


SentAs = Annotated[Text | None, Field(min_length=8, max_length=64)]
"""The name that the sender gave the action: whoever got no answer may send it again, and it is kept once."""


class Step(BaseModel):
    """An undo or a redo."""

    model_config = ConfigDict(extra="forbid")
    seen: Seen = Seen()
    id: SentAs = None
    of: SentAs = None
    """The id of the action that is taken back or brought back: nothing is, where that was never kept."""
    others: bool = True


class Action(BaseModel):
    """Decisions that belong together: one undo takes them back."""

    model_config = ConfigDict(extra="forbid")
    decisions: Annotated[list[DecisionRequest], Field(min_length=1, max_length=MOST)]
    seen: Seen = Seen()
    id: SentAs = None
    others: bool = True
    """Whether to answer what the others said of these images, which is then remembered as seen."""

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


VOTER_KINDS = ("flag", "stars", "colour", "reason", "pair")


@router.post("/events", response_class=JSONResponse, dependencies=[VOTES])
def record(app: App, you: You, role: Role, action: Action) -> Response:
    """Keep an action; answered once it is committed. It outlives this server at once, a power cut a second later."""
    decisions = action.each()
    refuse(app, you, role, decisions)
    (seen,) = app.sights.completed(you, [(action.seen.model_dump(exclude_none=True), images_of(decisions))])
    kept = reviews.record(app.store, str(you), decisions, seen=seen, sent_as=action.id)
    batch = kept[0].batch if kept else None
    return JSONResponse({"batch": batch, **_changed(app, you, kept, kept, others=action.others)})


@router.post("/undo", response_class=JSONResponse, dependencies=[VOTES])
def undo(app: App, you: You, step: Step | None = None) -> Response:
    """Take back your last action that stands."""
    return _stepped(app, you, step or Step(), reviews.undo)


@router.post("/redo", response_class=JSONResponse, dependencies=[VOTES])
def redo(app: App, you: You, step: Step | None = None) -> Response:
    """Bring back what your last undo took."""
    return _stepped(app, you, step or Step(), reviews.redo)


@router.post("/sight", dependencies=[DECIDES])
def look(app: App, you: You) -> dict[str, Any]:
    """See from now on what came of the others' votes: it is remembered, and your later votes are logged so."""
    app.sights.add(you, "others", [ALL])
    return {"seen": True}


def _stepped(app: ReviewApp, you: str, step: Step, take: Callable[..., list[Review]]) -> Response:
    events = take(app.store, str(you), seen=step.seen.model_dump(exclude_none=True), sent_as=step.id, of=step.of)
    return JSONResponse(_changed(app, you, events, others=step.others))


def refuse(app: ReviewApp, you: str, role: str, decisions: Sequence[Decision]) -> None:
    """Refuse what is beyond a role: a voter only votes, and only the owner takes back the locks of others."""
    beyond = next((item.kind for item in decisions if item.kind not in VOTER_KINDS), None)
    if role == "voter" and beyond:
        raise HTTPException(403, f"a voter may not decide by {beyond}; a voter gives {', '.join(VOTER_KINDS)}")
    if role == "owner":
        return
    for item in decisions:
        if whose := _taken_from(app, you, item):
            did, does = ("locked", "unlocks it") if item.kind == "lock" else ("tagged", "takes the tag off")
            raise HTTPException(403, f"{whose} {did} {label(item.asset_id)}: {whose} or the owner {does}")


def _taken_from(app: ReviewApp, you: str, item: Decision) -> str | None:
    """Whose lock or tag a decision would take back, where that is not one's own."""
    if item.kind not in ("lock", "untag") or item.value is True:
        return None
    state = app.now().reviews.review_state(item.asset_id)
    holders = state.locks if item.kind == "lock" else [who for who, tags in state.tags.items() if item.value in tags]
    return holders[-1] if holders and you not in holders else None


def images_of(said: Iterable[Decision | Review]) -> list[int]:
    """The numbers of the images that decisions or events are about, in order."""
    return sorted({number for item in said for number in (item.asset_id, item.other_id) if number is not None})


def _changed(
    app: ReviewApp, you: str, events: Sequence[Review], new: Sequence[Review] = (), *, others: bool = True
) -> dict[str, Any]:
    """The images that events are about, and how they stand now; `new`: those of the events that were just kept."""
    numbers = images_of(events)
    version, review_states = app.catalogue.review_states_after(new, numbers[:TOLD])
    told = {str(found.asset_id): standing_json(found, you, others=others) for found in review_states}
    app.sights.add(you, "others", (int(number) for number, standing in told.items() if tells_others(standing)))
    return {"changed": numbers, "review_states": told, "version": version}
