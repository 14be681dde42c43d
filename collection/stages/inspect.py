"""What a picture file says of its making: marks for machines, recipe, parameters. All of it is a claim of the file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.errors import ImageError, UsageError
from collection.project import CONFIG_FILE, DATABASE_FILE, Project, open_project
from collection.stages.report import Report

if TYPE_CHECKING:
    from collection.publish.found_marks import FoundMarks
    from collection.store.publication_records import Token
    from collection.store.records import Asset


def inspect_picture(picture: Path, folder: Path | None = None) -> Report:
    """Read the marks of a PNG, JPEG or WebP file; raises UsageError for another file, or one that is damaged.

    Where there is a project in `folder`, its key reads the watermark, and the image that the picture is a copy of is
    named, with the marks that it had and has lost.
    """
    if folder is not None and (folder / CONFIG_FILE).exists() and (folder / DATABASE_FILE).exists():
        with open_project(folder) as project:
            return _inspected(picture, project)
    return _inspected(picture, None)


def _inspected(picture: Path, project: Project | None) -> Report:
    from collection.config import Config
    from collection.pictures.parameters import read_embedded_metadata
    from collection.publish.found_marks import read_marks
    from collection.publish.watermarks import WATERMARKS, key_of, watermark_of

    config = project.config if project else Config(title="none", supply=1, seed=0)
    try:
        data = picture.read_bytes()
        found = read_marks(data, picture, watermark_of(config) or WATERMARKS.get("dwt-dct-svd"), key_of(config))
        carried = read_embedded_metadata(data, picture)
    except OSError as error:
        raise UsageError(f"{picture} cannot be read: {error.strerror}", "name a picture file") from error
    except ImageError as error:
        raise UsageError(f"{picture}: {error.message}", "name a PNG, JPEG or WebP file") from error
    details: dict[str, Any] = {
        "file": str(picture), **_said(found), "marks": found.names,
        "recipe_sha256": carried.recipe.sha256 if carried.recipe else None,
        "c2pa": asdict(found.c2pa) if found.c2pa else None, "watermark": _watermark(found),
    }  # fmt: skip
    notes = [found.unread] if found.unread else []
    if project and (known := _known(project, found)):
        told, more = _survived(project, known, found)
        details |= told
        notes += more
    return Report("inspect", _line(found), details, notes=notes)


def _said(found: FoundMarks) -> dict[str, str]:
    """What the marks say, by IPTC's fields; of what the file has lost, what its manifest says."""
    said = asdict(found.iptc)
    if found.c2pa and found.c2pa.valid:
        said["source_type"] = said["source_type"] or found.c2pa.source_type
        said["system"] = said["system"] or found.c2pa.system
    return said


def _watermark(found: FoundMarks) -> dict[str, Any] | None:
    trace = found.watermark
    if trace is None or not trace.found:
        return None
    said = {"bits": f"{trace.bits:016x}", "strength": round(trace.strength, 3)}
    return {**said, "levelled": True} if trace.levelled else said


def _line(found: FoundMarks) -> str:
    from collection.marks import SOURCE_TYPES

    kind = _said(found)["source_type"]
    if kind:
        meaning = SOURCE_TYPES.get(kind)
        return f"marked as {kind}" + (f": {meaning}" if meaning else "")
    if found.watermark and found.watermark.found:
        return "marked by an invisible watermark alone: a machine made it, and the words were lost"
    return "no mark of what made it"


def _known(project: Project, found: FoundMarks) -> Asset | None:
    """The image of the project whose watermark the picture holds."""
    from collection.marks import payload

    trace = found.watermark
    if trace is None or not trace.found:
        return None
    made = (asset for asset in project.store.assets() if asset.recipe)
    return next((asset for asset in made if asset.recipe and trace.agrees(payload(asset.recipe.sha256))), None)


def _survived(project: Project, asset: Asset, found: FoundMarks) -> tuple[dict[str, Any], list[str]]:
    """Which image it is, and which of the marks of its token are left, as JSON and in words."""
    token = next((token for token in project.store.tokens() if token.asset.id == asset.id), None)
    who = f"image {asset.label}" + (f", token {token.token_id}" if token else "")
    told: dict[str, Any] = {"image": asset.id, "token": token.token_id if token else None}
    notes = [f"its watermark is that of {who}"]
    if token:
        lost = dict(found.lost(_disclosure(project, token)))
        told["lost"] = lost
        notes += [f"{name} is lost: {why}" for name, why in lost.items()]
    return told, notes


def _disclosure(project: Project, token: Token) -> dict[str, Any]:
    (image,) = project.store.published_images([token])
    return dict(image.disclosure)
