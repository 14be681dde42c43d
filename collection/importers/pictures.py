"""Import: pictures from anywhere become images of the project, with numbers of their own and no recipe."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from collection.errors import CollectionError, ImageError
from collection.importers.sidecar import read_traits, sidecar_of
from collection.pictures.files import PNG_SIGNATURE, encode_png, thumbnail
from collection.pictures.folders import Opened, name_in, picture_files, read_ahead, read_file
from collection.pictures.parameters import read_embedded_metadata
from collection.store.library import ImageLibrary
from collection.store.records import Asset
from collection.store.store import Store
from collection.store.thumbnails import SIDES
from collection.values import Failure, Progress, canonical_json, label, sha256_hex, silent

GENERATOR = "import"
"""What `generator` says in place of the name of one."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the files of a folder, each by its path there."""

    imported: Mapping[str, int] = field(default_factory=dict)
    """The number that each new image got."""
    known: tuple[Failure, ...] = ()
    """Files whose bytes are an image of the project already."""
    skipped: tuple[Failure, ...] = ()
    """Files that are no pictures."""
    noted: tuple[Failure, ...] = ()
    """Imported files of which something was left out or changed, or whose JSON told nothing."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A picture, ready to be kept."""

    source: Opened
    asset: Asset
    png: bytes
    thumbnails: Mapping[int, bytes]
    notes: tuple[str, ...]


def pending(library: ImageLibrary, folder: Path) -> list[Path]:
    """Files of the folder whose bytes are no image of the project, or whose image is lost; they may be no pictures."""
    known, there = _known(library.store), library.files.names()
    left: dict[str, Path] = {}
    for path in picture_files(folder)[0]:
        try:
            sha256 = sha256_hex(read_file(path))
        except ImageError:
            sha256 = str(path)
        if sha256 not in known or known[sha256].file not in there:
            left.setdefault(sha256, path)
    return list(left.values())


def import_folder(
    library: ImageLibrary, folder: Path, *, batch_size: int = 32, progress: Progress = silent
) -> ImportReport:
    """Keep every picture of a folder that is not kept yet; each batch is one commit, files first.

    A PNG of one upright frame is kept as it is, byte for byte. Of any other file both are kept: its own bytes, and a
    PNG of its pixels, which is what is judged and published. Nothing is written into the folder.
    """
    paths, unreadable = picture_files(folder)
    known, there = _known(library.store), library.files.names()
    report = _Report(skipped=list(unreadable))
    progress(0, len(paths))
    with ThreadPoolExecutor() as pool:
        for number, batch in enumerate(read_ahead(folder, paths, batch_size), start=1):
            first = _one_a_file(batch)
            new = list(pool.map(_prepared, [item for sha256, item in first.items() if sha256 not in known]))
            lost = [item for sha256, item in first.items() if sha256 in known and known[sha256].file not in there]
            deque(pool.map(partial(_keep_files, library), [*new, *pool.map(_prepared, lost)]), maxlen=0)
            numbers = library.store.add_imported([item.asset for item in new])
            known |= {
                item.source.sha256: _Known(number, item.asset.file_sha256)
                for item, number in zip(new, numbers, strict=True)
            }
            there |= {item.asset.file_sha256 for item in new}
            report.add(batch, known, new)
            progress(min(number * batch_size, len(paths)), len(paths))
    return ImportReport(report.imported, tuple(report.known), tuple(report.skipped), tuple(report.noted))


class _Known(NamedTuple):
    """An image of the project: its number, and the hash of its PNG."""

    number: int
    file: str


@dataclass(slots=True)
class _Report:
    """An ImportReport while it grows."""

    imported: dict[str, int] = field(default_factory=dict)
    known: list[Failure] = field(default_factory=list)
    skipped: list[Failure] = field(default_factory=list)
    noted: list[Failure] = field(default_factory=list)

    def add(self, batch: Sequence[Opened | Failure], known: Mapping[str, _Known], new: Sequence[_Found]) -> None:
        """A batch more, of which `new` became images; `known` are all images, by the hash of the file they are from."""
        self.imported |= {item.source.name: known[item.source.sha256].number for item in new}
        self.noted += [Failure(item.source.name, note) for item in new for note in item.notes]
        for item in batch:
            if isinstance(item, Failure):
                self.skipped.append(item)
            elif item.name not in self.imported:
                number = label(known[item.sha256].number)
                self.known.append(Failure(item.name, f"it is image {number} already"))


def _known(store: Store) -> dict[str, _Known]:
    """The images of the project, by the hash of the file they are or came from."""
    assets = store.assets()
    found = {asset.file_sha256: _Known(asset.id, asset.file_sha256) for asset in assets}
    sources = [(asset.generator.get("source_sha256"), asset) for asset in assets if asset.recipe is None]
    return found | {source: _Known(asset.id, asset.file_sha256) for source, asset in sources if source}


def _one_a_file(batch: Sequence[Opened | Failure]) -> dict[str, Opened]:
    """The pictures of a batch by the hash of their file; of equal ones the first."""
    first: dict[str, Opened] = {}
    for item in batch:
        if isinstance(item, Opened):
            first.setdefault(item.sha256, item)
    return first


def _keep_files(library: ImageLibrary, item: _Found) -> None:
    if item.png != item.source.data:
        library.files.add(item.source.data, item.asset.generator["source_suffix"])
    library.files.add(item.png)
    library.thumbnails.add(item.asset.file_sha256, item.thumbnails)


def _prepared(source: Opened) -> _Found:
    """The asset of a file, and what is to be kept of it."""
    picture, pixels = source.picture, source.picture.pixels
    height, width = pixels.shape[:2]
    png = (
        source.data
        if picture.whole and source.data.startswith(PNG_SIGNATURE)
        else encode_png(picture.channels, photograph=True)
    )
    traits, trouble = _traits(source.path)
    asset = Asset(
        id=0,
        recipe=None,
        file_sha256=sha256_hex(png),
        pixel_sha256=source.pixel_sha256,
        width=width,
        height=height,
        size=len(png),
        generator={
            "generator": GENERATOR,
            "source": source.name,
            "source_sha256": source.sha256,
            "source_suffix": f".{picture.format.lower()}",
            "lossless": picture.lossless,
            **({"frames": picture.frames} if picture.frames > 1 else {}),
            **({"notes": list(picture.notes)} if picture.notes else {}),
            **_claims(source),
        },
        features=traits,
    )
    return _Found(source, asset, png, {side: thumbnail(pixels, side) for side in SIDES}, picture.notes + trouble)


def _traits(picture: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """The traits told beside a picture, and what is wrong with the file that should tell them."""
    path = sidecar_of(picture)
    if path is None:
        return {}, ()
    try:
        return read_traits(path), ()
    except ImageError as error:
        return {}, (f"{name_in(path.parent, path)} beside it tells no traits: {error.message}",)


def _claims(source: Opened) -> dict[str, Any]:
    """What the file itself says of its making, kept as said: nobody has rendered it again here."""
    try:
        said = read_embedded_metadata(source.data, source.name)
        recipe = {"recipe": said.recipe.as_json(), "recipe_sha256": said.recipe.sha256} if said.recipe else {}
        claims = {**recipe, **({"parameters": dict(said.parameters)} if said.parameters else {})}
        canonical_json(claims)
    except (CollectionError, ValueError):
        return {}
    return {"claims": claims} if claims else {}
