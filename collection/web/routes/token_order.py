"""Routes to the order of the tokens: by the rule of [freeze], or as the owner puts it by hand."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from collection.errors import UsageError
from collection.publish.freeze import by_hand, chosen_of, ordered_of
from collection.values import label
from collection.web.review_app import ReviewApp
from collection.web.routes.dependencies import LARGEST, LOOKS, OWNER, App, Role, You

router = APIRouter(prefix="/api/set/order")


class Order(BaseModel):
    """The images whose tokens come first, in this order; none: all by rule."""

    model_config = ConfigDict(extra="forbid")
    images: Annotated[list[Annotated[int, Field(ge=1, le=LARGEST)]], Field(max_length=100_000)]


@router.get("", dependencies=[LOOKS])
def order(app: App, you: You, role: Role) -> dict[str, Any]:
    """The images of the written selection as the next freeze would number their tokens, and how many of these places
    were given by hand. Raises BlindError as the set does."""
    if role != "viewer":
        app.sights.refuse_blind(you, app.now(), owner=role == "owner")
    return _told(app)


@router.post("", dependencies=[OWNER])
def put_in_order(app: App, order: Order) -> dict[str, Any]:
    """Keep an order by hand, for the next freeze; what is frozen stays as it is."""
    chosen = {item.asset_id for item in app.store.selection()}
    if unknown := [number for number in order.images if number not in chosen]:
        raise UsageError(f"image {label(unknown[0])} is not chosen", "write the selection first, then its order")
    if len(set(order.images)) < len(order.images):
        raise UsageError("an image is named twice", "name each once")
    app.store.set_token_order(order.images)
    return _told(app)


def _told(app: ReviewApp) -> dict[str, Any]:
    chosen = chosen_of(app.store)
    ordered = ordered_of(app.store, app.project.config, chosen)
    return {"ids": [asset.id for asset in ordered], "by_hand": len(by_hand(app.store, chosen))}
