"""New: a project folder is made, as a copy of a sample."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from shlex import quote

from collection.atomic_file import write_durably
from collection.errors import UsageError

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
    found = [item for item in (files("collection_samples") / sample).iterdir() if item.is_file()]
    for item in sorted(found, key=lambda item: item.name == config.name):  # the file that makes it a project comes last
        write_durably(folder / item.name, item.read_bytes())
    return config
