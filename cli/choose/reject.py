"""collection reject"""

from __future__ import annotations

from typing import Annotated

import typer

from collection.errors import UsageError

from ..session import Json, opened
from .deciding import As, Off, Redo, Undo, curator_of, stepped
from .image_arguments import Images


def command(
    context: typer.Context,
    images: Images = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why: a word or a few. `reason:TEXT` finds it.")
    ] = None,
    curator: As = "curator",
    off: Off = False,
    take_back: Undo = False,
    bring_back: Redo = False,
    as_json: Json = False,
) -> None:
    """Flag images as rejected.

    An image stays out of the set if most curators who flagged it rejected it. Rejecting removes a lock.
    """
    from collection.stages.decide import decide, reject_for
    from collection.stages.images import numbers_of

    with opened(context, as_json) as session:
        if stepped(session, "reject", curator, images, take_back, bring_back):
            return
        if off and reason is not None:
            raise UsageError("--off takes a rejection back with its reason", "leave --reason out")
        numbers, by = numbers_of(session.project, images or []), curator_of(curator)
        if reason is None:
            session.show(decide(session.project, "reject", numbers, by, off=off))
        else:
            session.show(reject_for(session.project, numbers, reason, by))
