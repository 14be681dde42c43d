"""collection unfreeze"""

from __future__ import annotations

import typer

from ..session import Json, opened


def command(context: typer.Context, as_json: Json = False) -> None:
    """Go back to choosing; every frozen version is kept.

    What is pinned, deployed or minted stays what it is. `collection freeze --version N` brings a version back.
    """
    from collection.stages.versions import unfreeze

    with opened(context, as_json) as session, session.project.working():
        session.show(unfreeze(session.project))
