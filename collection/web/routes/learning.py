"""Routes to what votes teach: the ranking of comparisons, learned preferences, and the images to ask about."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from collection.curate.reviews.log import effective_events
from collection.curate.reviews.state import Blind
from collection.curate.selection.vote_ranking import WON
from collection.stages.judges import judges_of
from collection.stages.learned_preference import ask_next
from collection.values import label
from collection.web.routes.dependencies import VOTES, App, Role, You

router = APIRouter(prefix="/api")


@router.get("/ranking", dependencies=[VOTES])
def ranking(app: App, you: You, role: Role, of: Literal["you", "everybody"] = "you") -> dict[str, Any]:
    """The images that were compared, best first: strength in logits with the ends of its 95 % interval, and how often
    each won of how many comparisons.

    That of everybody, which `sort:-votes` sorts by, raises BlindError for whoever may not see what others said; a voter
    is told their own.
    """
    now = app.counted()
    answers = effective_events(app.store.reviews(kind="pair"))
    alone = of == "you" or isinstance(you, Blind)
    if not alone and any(event.curator != you for event in answers):
        app.sights.refuse_blind(you, now, owner=role == "owner")
    counted = [event for event in answers if event.value in WON and (not alone or event.curator == you)]
    if not counted:
        return {"of": "you" if alone else "everybody", "images": [], "answers": 0}
    found = app.questions.ranking(now, str(you) if alone else None)
    asked: Counter[int | None] = Counter()
    won: Counter[int | None] = Counter()
    for event in counted:
        share = WON[str(event.value)]
        for number, gained in ((event.asset_id, share), (event.other_id, 1 - share)):
            asked[number] += 1
            won[number] += gained  # type: ignore[assignment]
    intervals, order = found.strengths.intervals(), found.strengths.order
    images = [
        {
            "id": number, "label": label(number), "strength": round(float(found.strengths.values[row]), 3),
            "interval": [round(float(end), 3) for end in intervals[row]], "won": won[number], "asked": asked[number],
        }
        for row in order
        for number in [found.ranked[row].asset.id]
        if asked[number]
    ]  # fmt: skip
    return {"of": "you" if alone else "everybody", "images": images, "answers": len(counted)}


@router.get("/preferences")
def preferences(app: App) -> dict[str, Any]:
    """What was learned of preferences: of each its metric, how many votes it is of, on which share of held-out votes it
    is right beside the stock metrics, and whether it is better."""
    encoder = judges_of(app.project).model
    known = [item for item in app.store.learned_preferences() if item.encoder == encoder]
    return {"preferences": [{"metric": item.name, **item.report} for item in known]}


@router.get("/doubtful", dependencies=[VOTES])
def doubtful(app: App, you: You, count: Annotated[int, Query(ge=1, le=200)] = 24) -> dict[str, Any]:
    """The images without your vote whose vote would teach most of what you prefer, most first. Raises
    NotEnoughVotesError where you have not voted yet."""
    return {"ids": ask_next(app.store, judges_of(app.project).model, count, str(you))}
