"""Routes to the views that people saved."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from collection.errors import NotFoundError
from collection.store.records import SavedView
from collection.web.review_app import ReviewApp
from collection.web.routes.dependencies import App, Text, You

router = APIRouter(prefix="/api/views")

Name = Annotated[Text, Field(min_length=1, max_length=100, pattern=r"^[^\s/?#\\](?:[^\n\r/?#\\]*[^\s/?#\\])?$")]


class View(BaseModel):
    """A name, and the address of a view: its query and whatever else the page keeps in it."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    query: Annotated[Text, Field(max_length=8000)]


class UnknownViewError(NotFoundError):
    """Nobody saved a view of that name."""


@router.post("")
def save(app: App, you: You, view: View) -> dict[str, Any]:
    """Keep a view for everybody, in place of one of the same name."""
    app.store.save_view(SavedView(view.name, view.query, you))
    return _all(app)


@router.delete("/{name}")
def remove(app: App, name: Annotated[Text, Path(max_length=100)]) -> dict[str, Any]:
    """Forget a view."""
    if not app.store.remove_view(name):
        raise UnknownViewError(f'there is no view "{name}"', "it may have been removed by another")
    return _all(app)


def _all(app: ReviewApp) -> dict[str, Any]:
    return {"views": app.saved_views()}
