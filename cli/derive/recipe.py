"""collection recipe"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ..render import Screen
from ..session import Json


def command(
    picture: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="PICTURE", help="An image file.")],
    as_json: Json = False,
) -> None:
    """Print the recipe that an image file carries.

    Of other tools it reads the parameters that A1111, Forge, ComfyUI, InvokeAI, SwarmUI, Fooocus, NovelAI, Easy
    Diffusion and StabilityMatrix write. The command needs no project.
    """
    from collection.stages.lineage import carried_recipe

    found = carried_recipe(picture)
    screen = Screen(as_json)
    recipe = found.recipe
    if recipe:
        screen.line("recipe", recipe.sha256)
        screen.say(json.dumps(recipe.as_json(), indent=2, ensure_ascii=False))
    else:
        told = {"format": found.format, **found.parameters}
        for name, value in told.items():
            screen.line(name.ljust(max(map(len, told))), value)
        for unread in found.unread:
            screen.note(f"it carries {unread}, which is not read")
    screen.object(
        {
            "recipe": recipe.as_json() if recipe else None,
            "recipe_sha256": recipe.sha256 if recipe else None,
            "format": found.format or None,
            "parameters": dict(found.parameters),
            "unread": list(found.unread),
        }
    )
