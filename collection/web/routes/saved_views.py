"""Routes to the views that people saved."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path
from pydantic import BaseModel, ConfigDict, Field

from collection.errors import NotFoundError
from collection.store.records import SavedView
from collection.web.review_app import ReviewApp
from collection.web.routes.dependencies import DECIDES, App, Role, Text, You

router = APIRouter(prefix="/api/views")

Name = Annotated[Text, Field(min_length=1, max_length=100, pattern=r"^[^\s/?#\\](?:[^\n\r/?#\\]*[^\s/?#\\])?$")]


class View(BaseModel):
    """A name, and the address of a view: its query and whatever else the page keeps in it."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    query: Annotated[Text, Field(max_length=8000)]


class UnknownViewError(NotFoundError):
    """Nobody saved a view of that name."""


@router.post("", dependencies=[DECIDES])
def save(app: App, you: You, role: Role, view: View) -> dict[str, Any]:
    """Keep a view for everybody, in place of one of the same name, if that is yours or you are the owner."""
    _refuse_others(app, view.name, you, role)
    app.store.save_view(SavedView(view.name, view.query, you))
    return _all(app)


@router.delete("/{name}", dependencies=[DECIDES])
def remove(app: App, you: You, role: Role, name: Annotated[Text, Path(max_length=100)]) -> dict[str, Any]:
    """Forget a view of yours; the owner may forget any."""
    _refuse_others(app, name, you, role)
    if not app.store.remove_view(name):
        raise UnknownViewError(f'there is no view "{name}"', "it may have been removed by another")
    return _all(app)


def _refuse_others(app: ReviewApp, name: str, you: str, role: str) -> None:
    by = next((view.curator for view in app.store.saved_views() if view.name == name), you)
    if role != "owner" and by != you:
        raise HTTPException(403, f'{by} saved the view "{name}": {by} or the owner changes it')


def _all(app: ReviewApp) -> dict[str, Any]:
    return {"views": app.saved_views()}
