"""collection reject"""

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
    """Flag images as rejected: they are not in the set if most who flag them say so. Lifts a lock."""
    from collection.curate.selection import choices
    from collection.store.records import Decision

    with reading(context, as_json) as session:
        if stepped(session, "reject", curator, images, take_back, bring_back):
            return None
        found = chosen(session, images or [])
        if off:
            return decide(session, "reject off", curator, found, lambda n: Decision("flag", n, "none"))
        choices.decide(session.project.store, session.project.wish, rejected=found, curator=curator, seen=SEEN)
        return told(session, "reject", curator, found)
