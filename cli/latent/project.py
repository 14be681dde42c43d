"""collection latent project"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..session import Json, opened


def command(
    context: typer.Context,
    picture: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A picture file.", show_default=False)],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Keep the point as latents/NAME.json.")] = "point",
    named: Annotated[str, typer.Option("--class", metavar="CLASS", help="Its class. Default: what fits best.")] = "",
    as_json: Json = False,
) -> None:
    """Find the point whose picture comes nearest to a picture.

    A style with latent = "latents/NAME.json" draws near that point.
    """
    from collection.stages.latent import project_picture

    with opened(context, as_json) as session, session.screen.progress("latent", "steps") as progress:
        session.show(project_picture(session.project, picture, name, named=named, progress=progress))
