"""Import: pictures from anywhere become images of the project, with numbers of their own and no recipe."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from collection.errors import CollectionError, ImageError
from collection.importers.sidecars import Sidecars
from collection.importers.traits import Told
from collection.pictures.files import encode_png, thumbnail
from collection.pictures.folders import Opened, listed, name_in, read_ahead, read_file
from collection.pictures.parameters import read_embedded_metadata
from collection.pictures.png_chunks import SIGNATURE
from collection.store.library import ImageLibrary
from collection.store.records import ANIMATED, IMPORTED, TOLD_TRAITS, Asset
from collection.store.store import Store
from collection.store.thumbnails import SIDES
from collection.values import Failure, Progress, canonical_json, sha256_hex, silent


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the files of a folder, each by its path there."""

    imported: Mapping[str, int] = field(default_factory=dict)
    """The number that each new image got."""
    retold: Mapping[str, int] = field(default_factory=dict)
    """The numbers of images that were imported before, of which other traits are told now; these are kept."""
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
    """Files of the folder whose bytes are no image of the project, whose image is lost, or of which other traits are
    told now; they may be no pictures."""
    known, there = _known(library.store), library.files.names()
    files = listed(folder)[0]
    sidecars = Sidecars(folder, files)
    left: dict[str, Path] = {}
    seen: set[str] = set()
    for path in files:
        if path in sidecars.files or path in sidecars.of_set:
            continue
        try:
            sha256 = sha256_hex(read_file(path))
        except ImageError:
            sha256 = str(path)
        image = known.get(sha256)
        with suppress(ImageError):  # of the JSON, which `import_folder` names
            if (
                image is None
                or image.file_sha256 not in there
                or (sha256 not in seen and _retold(image, sidecars, path))
            ):
                left.setdefault(sha256, path)
        if sidecars.tells_of(path):
            seen.add(sha256)
    return list(left.values())


def import_folder(
    library: ImageLibrary, folder: Path, *, batch_size: int = 32, progress: Progress = silent
) -> ImportReport:
    """Keep every picture of a folder that is not kept yet; each batch is one commit, files first.

    A PNG of one upright frame is kept as it is, byte for byte. Of any other file both are kept: its own bytes, and a
    PNG of its pixels, which is what is judged and published, beside it the file of an animation. Of a picture that is
    kept already, the traits that are told now are taken. Nothing is written into the folder.
    """
    files, unreadable = listed(folder)
    sidecars = Sidecars(folder, files)
    paths = [path for path in files if path not in sidecars.files and path not in sidecars.of_set]
    known, there = _known(library.store), library.files.names()
    report = _Report(skipped=[*unreadable, *sidecars.unread])
    report.noted += [
        Failure(name_in(folder, path), "it is the picture of the set, no token's") for path in sidecars.of_set
    ]
    prepare = partial(_prepared, sidecars)
    progress(0, len(paths))
    with ThreadPoolExecutor() as pool:
        for number, batch in enumerate(read_ahead(folder, paths, batch_size), start=1):
            first = _one_a_file(batch, sidecars)
            for sha256 in report.seen & first.keys():
                if TOLD_TRAITS in known[sha256].generator or not sidecars.tells_of(first[sha256].path):
                    del first[sha256]
            new = list(pool.map(prepare, [item for sha256, item in first.items() if sha256 not in known]))
            old = {sha256: item for sha256, item in first.items() if sha256 in known}
            lost = [item for sha256, item in old.items() if known[sha256].file_sha256 not in there]
            deque(pool.map(partial(_keep_files, library), [*new, *pool.map(prepare, lost)]), maxlen=0)
            changed = _changed(known, old, sidecars, report.noted)
            library.store.update_imported(list(changed.values()))
            numbers = library.store.add_imported([item.asset for item in new])
            known |= changed | {
                item.source.sha256: replace(item.asset, id=number) for item, number in zip(new, numbers, strict=True)
            }
            there |= {item.asset.file_sha256 for item in new}
            report.add(batch, known, new, changed)
            report.noted += _left_out(known, first, batch, sidecars, report.taken)
            progress(min(number * batch_size, len(paths)), len(paths))
    return ImportReport(report.imported, report.retold, tuple(report.known), tuple(report.skipped), tuple(report.noted))


@dataclass(slots=True)
class _Report:
    """An ImportReport while it grows."""

    imported: dict[str, int] = field(default_factory=dict)
    known: list[Failure] = field(default_factory=list)
    skipped: list[Failure] = field(default_factory=list)
    noted: list[Failure] = field(default_factory=list)

    retold: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    """The hashes of the files so far."""
    taken: set[str] = field(default_factory=set)
    """Of these, those whose images or traits are new."""

    def add(
        self,
        batch: Sequence[Opened | Failure],
        known: Mapping[str, Asset],
        new: Sequence[_Found],
        changed: Mapping[str, Asset],
    ) -> None:
        """A batch more, of which `new` became images and `changed` have other traits now; `known` are all images, by
        the hash of the file they are from."""
        self.taken |= {item.source.sha256 for item in new} | changed.keys()
        self.imported |= {item.source.name: known[item.source.sha256].id for item in new}
        self.noted += [Failure(item.source.name, note) for item in new for note in item.notes]
        for item in batch:
            if isinstance(item, Failure):
                self.skipped.append(item)
            elif item.name not in self.imported:
                if item.sha256 in changed and item.sha256 not in self.seen:
                    self.retold[item.name] = known[item.sha256].id
                else:
                    self.known.append(Failure(item.name, f"it is image {known[item.sha256].label} already"))
            if isinstance(item, Opened):
                self.seen.add(item.sha256)


def _known(store: Store) -> dict[str, Asset]:
    """The images of the project, by the hash of the file they are or came from."""
    assets = store.assets()
    sources = [(asset.generator.get("source_sha256"), asset) for asset in assets if asset.recipe is None]
    return {asset.file_sha256: asset for asset in assets} | {source: asset for source, asset in sources if source}


def _changed(
    known: Mapping[str, Asset], old: Mapping[str, Opened], sidecars: Sidecars, noted: list[Failure]
) -> dict[str, Asset]:
    """Of pictures that are images already, those with other traits now; what their JSON could not tell is `noted`."""
    found: dict[str, Asset] = {}
    for sha256, item in old.items():
        try:
            if asset := _retold(known[sha256], sidecars, item.path):
                found[sha256] = asset
                noted += [Failure(item.name, note) for note in sidecars.told(item.path).notes]
        except ImageError as error:
            noted.append(Failure(item.name, error.message))
    return found


def _retold(asset: Asset, sidecars: Sidecars, path: Path) -> Asset | None:
    """An imported image with the traits that are told of it now; None where nothing tells of it, or the same. Raises
    ImageError for JSON that tells nothing."""
    told = sidecars.told(path)
    record = {key: value for key, value in asset.generator.items() if key != TOLD_TRAITS} | _told_record(told)
    if asset.recipe is not None or not sidecars.tells_of(path) or record == asset.generator:
        return None
    return replace(asset, generator=record, features=told.features)


def _told_record(told: Told) -> dict[str, Any]:
    return {TOLD_TRAITS: [trait.as_json() for trait in told.traits]} if told.traits else {}


def _one_a_file(batch: Sequence[Opened | Failure], sidecars: Sidecars) -> dict[str, Opened]:
    """The pictures of a batch by the hash of their file; of equal ones the first that has JSON, or the first."""
    first: dict[str, Opened] = {}
    for item in batch:
        if isinstance(item, Opened):
            held = first.setdefault(item.sha256, item)
            if sidecars.tells_of(item.path) and not sidecars.tells_of(held.path):
                first[item.sha256] = item
    return first


def _left_out(
    known: Mapping[str, Asset], first: Mapping[str, Opened], batch: Sequence[Opened | Failure], sidecars: Sidecars,
    taken: Collection[str],
) -> Iterator[Failure]:  # fmt: skip
    """The pictures but the `first` whose traits are not taken, as a file of the same bytes, `taken` now, has others."""
    for item in batch:
        if not isinstance(item, Opened) or item.sha256 not in taken or first.get(item.sha256) is item:
            continue
        with suppress(ImageError):  # of its JSON, which tells nothing
            asset = known[item.sha256]
            if sidecars.tells_of(item.path) and sidecars.told(item.path).features != asset.features:
                yield Failure(item.name, f"its traits left out: image {asset.label}, of the same bytes, has others")


def _keep_files(library: ImageLibrary, item: _Found) -> None:
    if item.png != item.source.data:
        library.files.add(item.source.data, item.asset.generator["source_suffix"])
    library.files.add(item.png)
    library.thumbnails.add(item.asset.file_sha256, item.thumbnails)


def _prepared(sidecars: Sidecars, source: Opened) -> _Found:
    """The asset of a file, and what is to be kept of it."""
    picture, pixels = source.picture, source.picture.pixels
    height, width = pixels.shape[:2]
    png = (
        source.data
        if picture.whole and source.data.startswith(SIGNATURE)
        else encode_png(picture.channels, photograph=True)
    )
    try:
        told = sidecars.told(source.path)
    except ImageError as error:
        told = Told(notes=(error.message,))
    claims, unread = _claims(source)
    asset = Asset(
        id=0,
        recipe=None,
        file_sha256=sha256_hex(png),
        pixel_sha256=source.pixel_sha256,
        width=width,
        height=height,
        size=len(png),
        generator={
            "generator": IMPORTED,
            "source": source.name,
            "source_sha256": source.sha256,
            "source_suffix": f".{picture.format.lower()}",
            "lossless": picture.lossless,
            **({ANIMATED: True} if picture.animated else {}),
            **({"notes": list(picture.notes)} if picture.notes else {}),
            **claims,
            **_told_record(told),
        },
        features=told.features,
    )
    notes = (*picture.notes, *told.notes, *unread)
    return _Found(source, asset, png, {side: thumbnail(pixels, side) for side in SIDES}, notes)


def _claims(source: Opened) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What the file itself says of its making, kept as said, for nobody has rendered it again here; and in words what
    it carries besides that is not read."""
    try:
        said = read_embedded_metadata(source.data, source.name)
        recipe = {"recipe": said.recipe.as_json(), "recipe_sha256": said.recipe.sha256} if said.recipe else {}
        parameters = {"format": said.format, "parameters": dict(said.parameters)} if said.parameters else {}
        claims = {**recipe, **parameters}
        canonical_json(claims)
    except (CollectionError, ValueError) as error:
        why = error.message.removeprefix(f"{source.name}: ") if isinstance(error, CollectionError) else str(error)
        return {}, (f"what it says of its making is not read: {why}",)
    unread = tuple(f"it carries {what}, which is not read" for what in said.unread)
    return ({"claims": claims} if claims else {}), unread
