"""collection lock"""

from __future__ import annotations

import typer

from .chosen import Images, chosen
from .deciding import SEEN, As, Off, Redo, Undo, decide, stepped, told
from .session import Json, reading


def command(
    context: typer.Context,
    images: Images = None,
    curator: As = "curator",
    off: Off = False,
    take_back: Undo = False,
    bring_back: Redo = False,
    as_json: Json = False,
) -> None:
    """Have images in the set whatever their scores and flags, until somebody takes the lock off."""
    from collection.curate.selection import choices
    from collection.store.records import Decision

    with reading(context, as_json) as session:
        if stepped(session, "lock", curator, images, take_back, bring_back):
            return None
        found = chosen(session, images or [])
        if off:
            return decide(session, "lock off", curator, found, lambda n: Decision("lock", n, False))
        choices.decide(session.project.store, session.project.wish, locked=found, curator=curator, seen=SEEN)
        return told(session, "lock", curator, found)
