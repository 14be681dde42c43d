"""New: a project folder is made, as a copy of a sample."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from collection.atomic_file import write_durably
from collection.errors import UsageError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

SAMPLE = "first"
"""The sample to begin with: a small painter project."""


def sample_names() -> list[str]:
    """The samples that come with Collection."""
    return sorted(item.name for item in files("collection_samples").iterdir() if (item / "collection.toml").is_file())


def make_project(folder: Path, sample: str = SAMPLE) -> Path:
    """Make a project folder from a sample; returns its collection.toml.

    Raises UsageError where there is no such sample, or a project is there already.
    """
    if sample not in sample_names():
        raise UsageError(f"there is no sample {sample!r}", f"the samples are: {', '.join(sample_names())}")
    config = folder / "collection.toml"
    if config.exists():
        raise UsageError(f"{config} is there already", f"collection -C {quote(str(folder))} run goes on with it")
    found = dict(_files(files("collection_samples") / sample, Path()))
    for place in sorted(found, key=lambda place: place.name == config.name):  # what makes it a project comes last
        write_durably(folder / place, found[place].read_bytes())
    return config


def _files(folder: Traversable, place: Path) -> Iterator[tuple[Path, Traversable]]:
    """The files in a folder and below it, each with its place there."""
    for item in folder.iterdir():
        if item.is_dir():
            yield from _files(item, place / item.name)
        else:
            yield place / item.name, item
