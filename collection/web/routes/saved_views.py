"""Routes to the views that people saved. A name stands in the query of an address: in its path "a/b" and ".." would be
other places."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from collection.errors import NotFoundError, UsageError
from collection.store.review_records import SavedView
from collection.values import is_name
from collection.web.review_app import ReviewApp
from collection.web.routes.dependencies import DECIDES, App, Role, Text, You

router = APIRouter(prefix="/api/views")

LONGEST = 100
"""Characters of a view's name."""


class View(BaseModel):
    """A name, and the address of a view: its query and whatever else the page keeps in it."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[Text, Field(max_length=1000)]
    query: Annotated[Text, Field(max_length=8000)]


class UnknownViewError(NotFoundError):
    """Nobody saved a view of that name."""


@router.post("", dependencies=[DECIDES])
def save(app: App, you: You, role: Role, view: View) -> dict[str, Any]:
    """Keep a view for everybody, in place of one of the same name, if that is yours or you are the owner."""
    if not is_name(view.name, LONGEST):
        raise UsageError(f"{view.name!r} cannot be a view's name", f"1 to {LONGEST} characters, no space at an end")
    _refuse_others(app, view.name, you, role)
    app.store.save_view(SavedView(view.name, view.query, you))
    return _all(app)


@router.delete("", dependencies=[DECIDES])
def remove(app: App, you: You, role: Role, name: Annotated[Text, Query(max_length=LONGEST)]) -> dict[str, Any]:
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
