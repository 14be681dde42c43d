"""Import layers: the configuration of another layer engine becomes a project, with the pictures that it names."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from collection.atomic_file import way_to_write, write_durably
from collection.errors import UnavailableError, UsageError
from collection.project import CONFIG_FILE, Project
from collection.stages.report import Report
from collection.values import amount

if TYPE_CHECKING:
    from collection.generate.layers.engines.written import EngineProject

ENGINES = {".js": "HashLips", ".cjs": "HashLips", ".mjs": "HashLips", ".json": "nft-generator-py"}
"""What a file is read as, by its suffix."""


def import_layers(source: Path, folder: Path) -> Report:
    """Make a project in `folder` of a config.js or config.json; its pictures are copied into layers/.

    Raises UsageError where a project is there already, or the file is none of these; ConfigError, with all of it
    written, where what the file asks for cannot be planned.
    """
    config = folder / CONFIG_FILE
    if config.exists():
        raise UsageError(
            f"{config} is there already, and would be overwritten",
            f"name a new folder: collection -C NEW import {quote(str(source))}",
        )
    project = _read(source)
    copied = 0
    for place, pictures in project.folders.items():
        for picture in _pictures(pictures):
            target = folder / "layers" / place / picture.relative_to(pictures)
            _copy(picture, target)
            copied += 1
    write_durably(config, project.toml().encode())
    with Project(folder) as opened:
        traits = len(opened.config.traits)
    line = f"{amount(len(project.layers), 'layer')}, {amount(copied, 'picture')}, {amount(traits, 'trait')}: {config}"
    engine = ENGINES[source.suffix.lower()]
    details = {"config": str(config), "engine": engine, "pictures": copied, "notes": [*project.notes]}
    return Report("import", line, details, notes=list(project.notes), hint=f"collection -C {quote(str(folder))} run")


def _read(source: Path) -> EngineProject:
    from collection.generate.layers.engines.hashlips import read_hashlips
    from collection.generate.layers.engines.weighted_lists import read_weighted_lists

    match ENGINES.get(source.suffix.lower()):
        case "HashLips":
            return read_hashlips(source)
        case "nft-generator-py":
            return read_weighted_lists(source)
    raise UsageError(
        f"{source} is no folder of images, and no configuration that is known",
        "name a folder, HashLips's config.js, or the config.json of nft-generator-py",
    )


def _pictures(folder: Path) -> Iterator[Path]:
    """The pictures of a layer; raises UsageError for a folder that is missing, and for a link that leads out of it."""
    from collection.generate.layers.folders import SUFFIXES

    if not folder.is_dir():
        raise UsageError(f"the folder {folder} of a layer is missing", "put it back, or take the layer out")
    root = folder.parent.resolve()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
            if not path.resolve().is_relative_to(root):
                raise UsageError(f"{path} is a link out of its folder", "put the file itself there")
            yield path


def _copy(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    except OSError as error:
        raise UnavailableError(f"cannot copy {source} to {target}: {error.strerror}", way_to_write(error)) from error
