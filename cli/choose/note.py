"""collection note"""

from __future__ import annotations

from typing import Annotated

import typer

from collection.values import label

from ..session import Json, Session, opened
from .deciding import As, Redo, Undo, curator_of, stepped
from .image_arguments import Images


def command(
    context: typer.Context,
    images: Images = None,
    text: Annotated[
        str | None,
        typer.Option("--text", "-t", metavar="TEXT", help="The note. Without it, the command shows the notes."),
    ] = None,
    curator: As = "curator",
    take_back: Undo = False,
    bring_back: Redo = False,
    as_json: Json = False,
) -> None:
    """Write a note on images, or show their notes."""
    from collection.stages.decide import write_note
    from collection.stages.images import numbers_of

    with opened(context, as_json) as session:
        if stepped(session, "note", curator, images, take_back, bring_back):
            return None
        numbers = numbers_of(session.project, images or [])
        if text is None:
            return show(session, numbers)
        return session.show(write_note(session.project, numbers, text, curator_of(curator)))


def show(session: Session, images: list[int]) -> None:
    """Show the notes on images."""
    from collection.stages.decide import notes_on

    notes = notes_on(session.project, images)
    for number, found in notes.items():
        for curator, text in found:
            session.screen.line(label(number), f"{curator}: {text}")
    if not notes:
        session.screen.line("note", "these images have no notes")
    session.screen.object({"notes": {str(number): [list(note) for note in found] for number, found in notes.items()}})
