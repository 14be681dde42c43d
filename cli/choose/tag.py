"""collection tag"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import Json, opened
from .deciding import As, Off, curator_of
from .image_arguments import Images


def command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="TAG", help="A word or a few, without a comma.")],
    images: Images = None,
    curator: As = "curator",
    off: Off = False,
    as_json: Json = False,
) -> None:
    """Put a tag on images, or take it off.

    `tag:TAG` in a query finds them again, here and in the review room.
    """
    from collection.stages.decide import tag
    from collection.stages.images import numbers_of

    with opened(context, as_json) as session:
        numbers = numbers_of(session.project, images or [])
        session.show(tag(session.project, numbers, name, curator_of(curator), off=off))
