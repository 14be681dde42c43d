"""collection inspect"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..render import Screen
from ..session import Json, folder_of


def command(
    context: typer.Context,
    picture: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="PICTURE", help="An image file.")],
    as_json: Json = False,
) -> None:
    """Read the marks in an image file: what made it.

    IPTC's fields, the signed manifest (C2PA) and the watermark, whoever wrote them. They prove nothing of the picture:
    `verify` does. In a project, the image that it is a copy of is named, and the marks that the copy has lost.
    """
    from collection.stages.inspect import inspect_picture

    report = inspect_picture(picture, folder_of(context))
    screen, told = Screen(as_json), report.details
    screen.report(report)
    names = {
        "system": "system", "version": "version", "prompt": "prompt", "prompt_writer": "writer",
        "recipe_sha256": "recipe",
    }  # fmt: skip
    for key, name in names.items():
        if told[key]:
            screen.line(name, str(told[key]))
    screen.line("IPTC", "there" if "IPTC" in told["marks"] else "none")
    screen.line("C2PA", manifest_line(told["c2pa"]))
    mark = told["watermark"]
    screen.line("watermark", f"there, {mark['bits']} (strength {mark['strength']:.2f})" if mark else "none")
    screen.object(report.as_json())


def manifest_line(manifest: dict[str, object] | None) -> str:
    """A manifest in a line: whether it holds, and who signed."""
    if manifest is None:
        return "none"
    trouble = manifest["trouble"]
    if not manifest["valid"]:
        why = ", ".join(map(str, trouble)) if isinstance(trouble, list | tuple) else ""
        return f"a manifest that does not hold: {why or 'it is broken'}"
    trust = "trusted" if manifest["trusted"] else "untrusted: no authority vouches for the name"
    return f"valid, signed by {manifest['signer']} ({trust})"
