"""collection recipe"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from collection.errors import ImageError

from .render import Screen
from .session import Json


def command(
    picture: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="PICTURE", help="An image file.")],
    as_json: Json = False,
) -> None:
    """Print the recipe that a picture file carries: one of ours, or of another tool. Needs no project."""
    from collection.pictures.parameters import read_inscription

    found = read_inscription(picture.read_bytes(), picture)
    if found.recipe is None and not found.parameters:
        raise ImageError(f"{picture} carries no recipe", "PNG files lose their text in many editors and on many sites")
    screen = Screen(as_json)
    recipe = found.recipe
    if recipe:
        screen.line("recipe", recipe.sha256)
        screen.say(json.dumps(recipe.as_json(), indent=2, ensure_ascii=False))
    else:
        for name, value in found.parameters.items():
            screen.line(name, value)
    screen.object(
        {
            "recipe": recipe.as_json() if recipe else None,
            "recipe_sha256": recipe.sha256 if recipe else None,
            "parameters": dict(found.parameters),
        }
    )
