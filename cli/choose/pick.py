"""collection pick"""

from __future__ import annotations

import typer

from ..session import Json, reading
from .deciding import As, Off, Redo, Undo, decide, stepped
from .image_arguments import Images, chosen


def command(
    context: typer.Context,
    images: Images = None,
    curator: As = "curator",
    off: Off = False,
    take_back: Undo = False,
    bring_back: Redo = False,
    as_json: Json = False,
) -> None:
    """Flag images as picks: they come before all others of their kind when the set is chosen."""
    from collection.store.records import Decision

    with reading(context, as_json) as session:
        if stepped(session, "pick", curator, images, take_back, bring_back):
            return None
        flag, stage = ("none", "pick off") if off else ("pick", "pick")
        return decide(session, stage, curator, chosen(session, images or []), lambda n: Decision("flag", n, flag))
