"""collection new"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from collection.errors import UsageError

from .render import Screen
from .session import Json

DEFAULT = "first"


def sample_names() -> list[str]:
    """The samples that come with Collection."""
    return sorted(item.name for item in files("collection_samples").iterdir() if (item / "collection.toml").is_file())


def command(
    path: Annotated[Path, typer.Argument(help="The folder to make.", show_default=False)],
    sample: Annotated[str, typer.Option(metavar="NAME", help="Begin with a sample project.")] = DEFAULT,
    as_json: Json = False,
) -> None:
    """Make a project folder: a small painter project, or a copy of a sample."""
    if sample not in sample_names():
        raise UsageError(f"there is no sample {sample!r}", f"the samples are: {', '.join(sample_names())}")
    config = path / "collection.toml"
    if config.exists():
        raise UsageError(f"{config} is there already", f"collection -C {path} run goes on with it")
    from collection.atomic_file import write_durably

    found = [item for item in (files("collection_samples") / sample).iterdir() if item.is_file()]
    for item in sorted(found, key=lambda item: item.name == config.name):  # the file that makes it a project comes last
        write_durably(path / item.name, item.read_bytes())
    screen = Screen(as_json)
    screen.line("new", f"{config}, from the sample {sample}")
    screen.line("next", f"collection -C {path} run")
    screen.object({"project": str(path), "sample": sample})
