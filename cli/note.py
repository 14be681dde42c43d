"""collection note"""

from __future__ import annotations

from typing import Annotated

import typer

from collection.errors import UsageError

from .chosen import Images, chosen
from .deciding import As, Redo, Undo, decide, stepped
from .session import Json, Session, reading


def command(
    context: typer.Context,
    images: Images = None,
    text: Annotated[str | None, typer.Option("--text", "-t", metavar="TEXT", help="What to write.")] = None,
    curator: As = "curator",
    take_back: Undo = False,
    bring_back: Redo = False,
    as_json: Json = False,
) -> None:
    """Write a note on images; without --text, show the notes on them."""
    from collection.store.records import Decision

    with reading(context, as_json) as session:
        if stepped(session, "note", curator, images, take_back, bring_back):
            return None
        found = chosen(session, images or [])
        if text is None:
            return show(session, found)
        if not text.strip():
            raise UsageError("an empty note", "--text 'crop the left edge'")
        return decide(session, "note", curator, found, lambda n: Decision("note", n, text))


def show(session: Session, images: list[int]) -> None:
    """Say what is written on images."""
    from collection.curate.reviews.log import standings

    said = standings(session.project.store)
    notes = {number: said[number].notes for number in images if number in said and said[number].notes}
    for number, found in notes.items():
        for curator, text in found:
            session.screen.line(f"{number:04d}", f"{curator}: {text}")
    if not notes:
        session.screen.line("note", "nothing is written on these images")
    session.screen.object({"notes": {str(number): [list(note) for note in found] for number, found in notes.items()}})
