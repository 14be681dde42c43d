"""collection inspect"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..render import Screen
from ..session import Json


def command(
    picture: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="PICTURE", help="An image file.")],
    as_json: Json = False,
) -> None:
    """Read the marks in an image file: what made it.

    Any tool may have written them. The command needs no project, and proves nothing: `verify` does.
    """
    from collection.stages.inspect import inspect_picture

    report = inspect_picture(picture)
    screen, told = Screen(as_json), report.details
    screen.report(report)
    names = {
        "system": "system", "version": "version", "prompt": "prompt", "prompt_writer": "writer",
        "recipe_sha256": "recipe",
    }  # fmt: skip
    for key, name in names.items():
        if told[key]:
            screen.line(name, str(told[key]))
    screen.object(report.as_json())
