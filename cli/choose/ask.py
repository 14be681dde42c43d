"""collection ask"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import Json, one_numpy_thread, opened
from .learn import Curator


def command(
    context: typer.Context,
    count: Annotated[int, typer.Argument(metavar="[N]", min=1, help="The most images to name.")] = 10,
    curator: Curator = None,
    as_json: Json = False,
) -> None:
    """Name the images whose votes would teach a preference most."""
    one_numpy_thread()
    from collection.stages.learn import questions

    with opened(context, as_json) as session:
        session.show(questions(session.project, count, curator))
