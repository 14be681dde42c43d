"""Routes to the views that people saved."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from collection.errors import UsageError
from collection.store.records import SavedView
from collection.web.room import Room
from collection.web.routes.dependencies import Text, TheRoom, You

router = APIRouter(prefix="/api/views")

Name = Annotated[Text, Field(min_length=1, max_length=100, pattern=r"^[^\s/?#\\](?:[^\n\r/?#\\]*[^\s/?#\\])?$")]


class View(BaseModel):
    """A name, and the address of a view: its query and whatever else the page keeps in it."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    query: Annotated[Text, Field(max_length=8000)]


class UnknownViewError(UsageError):
    """Nobody saved a view of that name."""


@router.post("")
def save(room: TheRoom, you: You, view: View) -> dict[str, Any]:
    """Keep a view for everybody, in place of one of the same name."""
    room.store.save_view(SavedView(view.name, view.query, you))
    return _all(room)


@router.delete("/{name}")
def remove(room: TheRoom, name: Annotated[Text, Path(max_length=100)]) -> dict[str, Any]:
    """Forget a view."""
    if not room.store.remove_view(name):
        raise UnknownViewError(f'there is no view "{name}"', "it may have been removed by another")
    return _all(room)


def _all(room: Room) -> dict[str, Any]:
    return {"views": room.saved_views()}
