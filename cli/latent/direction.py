"""collection latent direction"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import Json, opened


def command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Keep the direction as latents/NAME.json.", show_default=False)],
    trait: Annotated[
        str | None, typer.Option(metavar="NAME=VALUE", help="Learn from images that have this trait, and have not.")
    ] = None,
    curator: Annotated[
        str | None, typer.Option(metavar="NAME", help="Learn what this curator likes. Default: what all do.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Learn a direction from the votes of curators, or from a trait.

    A style with latent_direction = "latents/NAME.json" moves images along it.
    """
    from collection.stages.latent import learn_direction

    with opened(context, as_json) as session:
        session.show(learn_direction(session.project, name, trait=trait, curator=curator))
