"""Repair: the files of a project that are gone or damaged, and every way to have them again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import ClassVar

from collection.errors import CollectionError
from collection.project import Project
from collection.stages.generate import GenerateStage
from collection.stages.publication import publication_of
from collection.stages.publish import PinStage
from collection.stages.report import Report
from collection.store.publication_records import Freeze
from collection.store.records import Asset
from collection.values import Failure, Progress, amount, sha256_hex, silent

SIZED = 500_000_000
"""Bytes of pictures; of more, only the lengths are compared unless all is to be read."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A file of the project that is gone or is not what it was."""

    subject: str
    """The image or token that it is of, in words."""
    path: Path
    why: str
    asset: Asset | None = None
    """The image that it holds; None: it holds metadata."""
    uri: str | None = None
    """Where it lies in the frozen set, below its root; None: it is in none."""


def damaged(project: Project, *, thoroughly: bool = True) -> list[Damage]:
    """The files of the plan, of imported images and of the frozen set that are gone or damaged.

    Unless `thoroughly`, pictures of more than SIZED bytes together are compared by their lengths alone.
    """
    assets = {asset.id: asset for asset in project.store.assets()}
    tokens = {token.asset.id: token for token in project.store.tokens()}
    assets |= {number: token.asset for number, token in tokens.items()}
    read = thoroughly or sum(asset.size for asset in assets.values()) <= SIZED
    found = []
    for number, asset in sorted(assets.items()):
        path = project.files.path(asset.file_sha256)
        if why := _fault(path, asset.file_sha256, asset.size, read=read):
            uri = f"images/{tokens[number].token_id}.png" if number in tokens else None
            found.append(Damage(f"image {asset.label}", path, why, asset, uri))
    return found + list(_damaged_metadata(project))


def _damaged_metadata(project: Project) -> Iterator[Damage]:
    from collection.publish.rewrite import written

    frozen = project.store.frozen()
    if frozen is None:
        return
    for uri, (sha256, suffix) in written(project.store, project.files, frozen).items():
        path = project.files.path(sha256, suffix)
        if why := _fault(path, sha256):
            yield Damage(uri, path, why, uri=uri)


def _fault(path: Path, sha256: str, size: int | None = None, *, read: bool = True) -> str | None:
    """What is wrong with a file, in words; None: nothing."""
    try:
        if size is not None and not path.is_dir() and path.stat().st_size != size:
            return f"{path} has {path.stat().st_size:,} of {size:,} bytes"
        if read and sha256_hex(path.read_bytes()) != sha256:
            return f"{path} was changed"
    except FileNotFoundError:
        return f"{path} is gone"
    except IsADirectoryError:
        return f"a folder stands in the place of {path}"
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    return None


@dataclass(frozen=True, slots=True)
class RepairStage:
    """Mends the files of the project: from the storages, from the recipes, and what was pinned from the files."""

    name: ClassVar[str] = "repair"
    unit: ClassVar[str] = "file"

    def pending(self, project: Project) -> int:
        """Files that are gone or damaged."""
        return len(damaged(project)) + (_bad_car(project) is not None)

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Mend; a file for which there is no way is named, with what a person can do."""
        before = damaged(project)
        moved = [note for item in before for note in _make_way(item.path)]
        mended = [path for way in (_from_storages, _metadata, _rendered) for path in way(project)]
        notes = [*moved, *mended, *_car_again(project)]
        left = damaged(project)
        failures = [Failure(item.subject, f"{item.why}; {_way_out(item)}") for item in left]
        done = len(before) - len(left)
        line = f"{amount(done, 'file')} mended, {len(left)} left" if before else "all files are whole"
        return Report("repair", line, {"mended": done, "left": len(left)}, failures, complete=not left, notes=notes)


def _make_way(path: Path) -> Iterator[str]:
    """Remove a damaged file, whose bytes are of no use; a folder in its place, or a file in that of its folder, is
    somebody's and moves aside."""
    for place in (path.parent, path):
        if place.is_symlink() or not place.exists() or place.is_dir() == (place == path.parent):
            continue
        numbers = (place.with_name(f"{place.name}.aside{number or ''}") for number in count())
        aside = next(name for name in numbers if not name.exists())
        place.rename(aside)
        yield f"{place} was in the way and is {aside.name} now"
    path.unlink(missing_ok=True)


def _way_out(item: Damage) -> str:
    if item.asset is None:
        return "collection freeze --again makes a new set, which is published anew"
    if item.asset.recipe is None:
        name = item.asset.generator.get("source", "the folder that it came from")
        return f"collection import fetches it again from {name}"
    return f"collection reroll {item.asset.label} plans another image in its place"


def _from_storages(project: Project) -> Iterator[str]:
    """Read back what the storages keep of the frozen set."""
    frozen = project.store.frozen()
    if frozen is None or not any(item.uri for item in damaged(project)):
        return
    from collection.unixfs import Reader

    for pinner in publication_of(project).pinners:
        try:
            with pinner.blocks(frozen.root_cid) as blocks:
                yield from _read_back(project, frozen, Reader(blocks).content, pinner.name)
        except CollectionError as error:
            yield f"{pinner.name} gives nothing back: {error.message}"


def _read_back(
    project: Project, frozen: Freeze, content: Callable[[str], Iterator[bytes]], storage: str
) -> Iterator[str]:
    """Read back what one storage has; once a manifest is there, also what it names."""
    tried: set[str | None] = {None}
    while items := [item for item in damaged(project) if item.uri not in tried]:
        tried |= {item.uri for item in items}
        yield from _read_each(project, frozen, items, content, storage)


def _read_each(
    project: Project, frozen: Freeze, items: list[Damage], content: Callable[[str], Iterator[bytes]], storage: str
) -> Iterator[str]:
    for item in items:
        try:
            data = b"".join(content(f"ipfs://{frozen.root_cid}/{item.uri}"))
        except CollectionError:
            continue  # another storage, or another way, may have it
        if sha256_hex(data) == item.path.stem:
            project.files.add(data, item.path.suffix)
            yield f"{item.subject} was read back from {storage}"


def _metadata(project: Project) -> Iterator[str]:
    """Write the metadata of the frozen set again, from what was frozen."""
    from collection.publish.rewrite import rewrite

    frozen = project.store.frozen()
    if frozen is not None and any(item.asset is None for item in damaged(project)):
        rewrite(project.store, project.files, project.config, frozen)
        yield "the metadata and the proof of the frozen set were written again"


def _rendered(project: Project) -> Iterator[str]:
    """Make the images of the plan again from their recipes."""
    stage = GenerateStage(judged=False)
    if any(item.asset and item.asset.recipe for item in damaged(project)) and stage.pending(project):
        yield f"generate: {stage.run(project).line}"


def _bad_car(project: Project) -> str | None:
    """What is wrong with the CAR file of the frozen set, if it was pinned; every block is read."""
    frozen, cars = project.store.frozen(), publication_of(project).cars
    pinned = frozen and any(pin.root_cid == frozen.root_cid and pin.status == "pinned" for pin in project.store.pins())
    if frozen is None or not pinned:
        return None
    try:
        with cars.blocks(frozen.root_cid) as car:
            car.verify()
    except CollectionError as error:
        return error.message
    return None


def _car_again(project: Project) -> Iterator[str]:
    """Write the CAR file anew where it is damaged."""
    why, frozen = _bad_car(project), project.store.frozen()
    if why is None or frozen is None or damaged(project):
        return
    publication_of(project).cars.path(frozen.root_cid).unlink(missing_ok=True)
    report = PinStage().run(project)
    yield f"{why}; pin: {report.line}"
