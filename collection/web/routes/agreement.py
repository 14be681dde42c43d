"""Routes about the curators together: pairwise comparisons, agreement, the log."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from collection.curate.reviews.agreement import Agreement, agreement, contested
from collection.curate.reviews.audit import write_audit
from collection.curate.reviews.log import effective_events
from collection.web.image_json import image_json, picture_addresses, row_of
from collection.web.routes.dependencies import LOOKS, OWNER, VOTES, App, Links, Role, You

router = APIRouter(prefix="/api")

SHOWN = ("id", "label", "width", "height")


@router.get("/pair", dependencies=[VOTES])
def pair(app: App, you: You) -> dict[str, Any]:
    """The two images to compare next, without anybody's scores; both None where none are left to ask about."""
    now = app.now()
    asked = app.questions.next(you, now)
    far = {"asked": app.questions.asked(you), "votes": asked.votes, "expected_error": asked.expected_error.as_json()}
    question = asked.question
    if question is None:
        return {"left": None, "right": None, **far}
    sides = {"left": question.left, "right": question.right}
    found = {}
    for side, number in sides.items():
        row = row_of(now, number)
        image = image_json(now, row, you, others=False)
        found[side] = {name: image[name] for name in SHOWN} | picture_addresses(number, now.images.files[row])
    return {**found, **far}


@router.get("/agreement", dependencies=[LOOKS])
def agreed(request: Request, app: App, you: You, role: Role, tokens: Links) -> dict[str, Any]:
    """How far the curators agree, and which images they disagree about, of those that you have voted on.

    The measures of agreement are None until you have voted yourself, except for a viewer. `links` and `roles` are for
    the owner, as whoever has a link decides in that name; None for others.
    """
    found = agreement(app.store)
    answers = dict(Counter(event.curator for event in effective_events(app.store.reviews(kind="pair"))))
    review_states = app.now().reviews.review_states()
    votes = dict(Counter(name for review_state in review_states.values() for name in review_state.curators))
    visible = {number: review_state for number, review_state in review_states.items() if you in review_state.curators}
    sighted = role == "viewer" or you in votes or you in answers
    return {
        "flags": _told(found.flags) if sighted else None,
        "stars": _told(found.stars) if sighted else None,
        "comparisons": _told(found.comparisons) if sighted else None,
        "repeats": {name: asdict(repeats) for name, repeats in found.repeats.items()},
        "curators": sorted({*app.curators, *answers, *votes}),
        "comparisons_by": answers,
        "links": request.app.state.links() if role == "owner" else None,
        "roles": {name: tokens.role(name) for name in tokens.curators} if role == "owner" else None,
        "contested": [review_state.asset_id for review_state in contested(visible)],
        "votes": votes,
    }


@router.get("/audit", response_class=FileResponse, dependencies=[OWNER])
def audit(app: App) -> FileResponse:
    """Every event, chained by hashes, as JSON Lines; for the owner, as it hides nothing."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl", delete=False) as file:
        path = Path(file.name)
    write_audit(path, app.store)
    gone = BackgroundTask(path.unlink, missing_ok=True)
    return FileResponse(path, media_type="application/jsonl", filename="reviews.jsonl", background=gone)


def _told(found: Agreement) -> dict[str, Any]:
    return {**asdict(found), "consistency": found.consistency}
