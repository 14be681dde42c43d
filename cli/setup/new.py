"""collection new"""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from ..render import Screen
from ..session import Json

DEFAULT = "first"


def command(
    path: Annotated[Path, typer.Argument(help="The folder to create.", show_default=False)],
    sample: Annotated[str, typer.Option(metavar="NAME", help="The sample to copy.")] = DEFAULT,
    as_json: Json = False,
) -> None:
    """Create a project folder, as a copy of a sample."""
    from collection.stages.new import make_project

    config = make_project(path, sample)
    screen = Screen(as_json)
    screen.line("new", f"{config}, from the sample {sample}")
    screen.line("next", f"collection -C {quote(str(path))} run")
    screen.object({"project": str(path), "sample": sample})
