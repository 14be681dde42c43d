"""The route of what waited in a browser: many actions and steps in one request, kept in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from collection.curate.reviews import log as reviews
from collection.errors import UsageError
from collection.store.review_records import Review, SentAction
from collection.web.errors import answer_of
from collection.web.image_json import standing_json
from collection.web.review_app import ReviewApp
from collection.web.routes.decisions import TOLD, Action, Step, images_of, refuse
from collection.web.routes.dependencies import VOTES, App, Role, You

router = APIRouter(prefix="/api")

MOST_ACTIONS = 500
"""Actions and steps of one request."""
Replaced = Literal["/api/events", "/api/undo", "/api/redo"]
STEPS: dict[Replaced, Literal["undo", "redo"]] = {"/api/undo": "undo", "/api/redo": "redo"}
Outcome = list[Review] | Exception
"""The events that an action kept, or that a step took back or brought back; else what refuses it."""


class Sent(BaseModel):
    """What would be a request of its own; its `id` is needed."""

    model_config = ConfigDict(extra="forbid")
    path: Replaced
    body: dict[str, Any]

    def action(self) -> SentAction:
        """What is sent. Raises ValidationError or UsageError where that cannot be meant."""
        found: Action | Step
        if self.path in STEPS:
            found = step = Step.model_validate(self.body)
            said = SentAction(step.seen.model_dump(exclude_none=True), (), STEPS[self.path], step.id, step.of)
        else:
            found = action = Action.model_validate(self.body)
            said = SentAction(action.seen.model_dump(exclude_none=True), tuple(action.each()), None, action.id)
        if found.id is None:
            raise UsageError("an action of a batch needs an id", "8 to 64 characters that nothing else was sent under")
        return said


class Batch(BaseModel):
    """Actions and steps, in the order in which they were done."""

    model_config = ConfigDict(extra="forbid")
    actions: Annotated[list[Sent], Field(min_length=1, max_length=MOST_ACTIONS)]


@router.post("/batch", dependencies=[VOTES])
def batch(app: App, you: You, role: Role, sent: Batch) -> dict[str, Any]:
    """Keep what may be kept, in its order; a batch that is sent again changes nothing.

    `answers` has for each what its own request would have answered, and the `status`; but the images stand as they do
    after all of them, and what others said is not told.
    """
    outcomes: list[Outcome] = [[] for _ in sent.actions]
    ready: dict[int, SentAction] = {}
    for place, item in enumerate(sent.actions):
        try:
            action = item.action()
            if _takes_back(action):  # whether it may depends on what is kept of those before it
                _keep(app, you, ready, outcomes)
            refuse(app, you, role, action.decisions)
            ready[place] = action
        except (UsageError, ValidationError, HTTPException) as error:
            outcomes[place] = error
    _keep(app, you, ready, outcomes)
    return {"answers": _answers(app, you, outcomes)}


def _takes_back(action: SentAction) -> bool:
    return any(item.kind == "untag" or (item.kind == "lock" and not item.value) for item in action.decisions)


def _keep(app: ReviewApp, you: str, ready: dict[int, SentAction], outcomes: list[Outcome]) -> None:
    """Keep those that are ready, in one transaction, and note what came of each."""
    if not ready:
        return
    said = {place: action for place, action in ready.items() if action.step is None}
    shown = app.sights.completed(you, [(action.seen, images_of(action.decisions)) for action in said.values()])
    for (place, action), seen in zip(said.items(), shown, strict=True):
        ready[place] = replace(action, seen=seen)
    for place, outcome in zip(ready, reviews.record_all(app.store, str(you), list(ready.values())), strict=True):
        outcomes[place] = outcome
    ready.clear()


def _answers(app: ReviewApp, you: str, outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    changed = [[] if isinstance(outcome, Exception) else images_of(outcome) for outcome in outcomes]
    numbers = list(dict.fromkeys(number for each in changed for number in each))[:TOLD]
    version, review_states = app.catalogue.review_states_after((), numbers)
    told = {found.asset_id: standing_json(found, you, others=False) for found in review_states}
    return [
        _refusal(outcome)
        if isinstance(outcome, Exception)
        else {
            "status": 200,
            "changed": each,
            "review_states": {str(number): told[number] for number in each if number in told},
            "version": version,
        }
        for outcome, each in zip(outcomes, changed, strict=True)
    ]


def _refusal(error: Exception) -> dict[str, Any]:
    status, said = answer_of(error)
    return {"status": status, **said}
