"""Export: image files, and what is known of them, out of the project, for whoever is to have them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from collection.atomic_file import write_durably
from collection.errors import ConflictError, UsageError
from collection.project import Project
from collection.stages.images import numbers_of
from collection.stages.records import records_of
from collection.stages.report import Report
from collection.values import Progress, amount, label, silent

if TYPE_CHECKING:
    from collection.curate.sheet import ContactSheet

NAMES = ("number", "token")
"""What the files are named by: the number of the image, or the token id in the frozen set."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How texts begin that a spreadsheet would compute."""


@dataclass(frozen=True, slots=True)
class ExportedImage:
    """One image as it leaves the project."""

    file: str
    """The name of its file."""
    path: Path
    """Where its bytes are."""
    record: Mapping[str, Any]
    """All that is known of it, as JSON values."""


@dataclass(frozen=True, slots=True)
class ExportStage:
    """Copies images into an empty folder, each with a JSON file; index.json, index.csv and sheet.png are of all."""

    folder: Path
    images: Sequence[str] = ()
    """Which images, in words: numbers, ranges, queries; none: the tokens, else the selected."""
    by: str = "number"
    """One of NAMES."""
    car: bool = False
    """Also write a CAR file of the folder."""
    name: ClassVar[str] = "export"
    unit: ClassVar[str] = "image"

    def pending(self, project: Project) -> int:
        """How many images would be copied."""
        return len(self.exported(project))

    def exported(self, project: Project) -> list[ExportedImage]:
        """The images, in their order. Raises UsageError where there are none, or one has no token to be named by."""
        store = project.store
        if self.images:
            numbers = numbers_of(project, self.images)
        else:
            tokens, chosen = store.tokens(), store.selection()
            numbers = [token.asset.id for token in tokens] or [item.asset_id for item in chosen]
        if not numbers:
            raise UsageError("nothing is selected yet", "name images: collection export DIR 'quality>80'")
        return exported(project, numbers, self.by)

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Copy them. Raises ConflictError for a folder that holds anything."""
        found = self.exported(project)
        if self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir())):
            raise ConflictError(f"{self.folder} is not an empty folder", "name a new one: nothing is overwritten")
        self.folder.mkdir(parents=True, exist_ok=True)
        for place, image in enumerate(found, 1):
            write_durably(self.folder / image.file, image.path.read_bytes())
            write_durably(self.folder / f"{Path(image.file).stem}.json", as_json(image.record))
            progress(place, len(found))
        write_durably(self.folder / "index.json", as_json([image.record for image in found]))
        write_durably(self.folder / "index.csv", as_csv(found).encode())
        from collection.curate.sheet import write_sheet
        from collection.pictures.files import decode_image

        write_sheet(self.folder / "sheet.png", sheet_of(project, found), project.files, decode=decode_image)
        line = f"{amount(len(found), 'image')} in {self.folder}, with index.csv, index.json and sheet.png"
        root = self._write_car() if self.car else None
        if root:
            line += f", and all of it in {root}.car"
        return Report("export", line, {"folder": str(self.folder), "images": len(found), "root": root})

    def _write_car(self) -> str:
        """Write all files of the folder as one CAR file into it; returns the CID of the folder as it was before."""
        from collection.unixfs import directory_cid, write_entry_car

        tree = {path.name: path for path in sorted(self.folder.iterdir())}
        root = directory_cid(tree)
        return write_entry_car(self.folder / f"{root}.car", tree, root)


def exported(
    project: Project,
    numbers: Sequence[int],
    by: str = "number",
    viewer: str | None = None,
    hidden: Collection[str] = (),
) -> list[ExportedImage]:
    """Images as they leave the project, in this order; with `viewer` what others said is left out where that curator
    may not see it. `hidden` are metrics that are left out, and `selected`, where that is.

    Raises UsageError for an image that has no token to be named by.
    """
    from collection.curate.reviews.log import review_states
    from collection.curate.reviews.state import ReviewState

    if by not in NAMES:
        raise UsageError(f"files cannot be named by {by!r}", f"one of {', '.join(NAMES)}")
    tokens = {token.asset.id: token.token_id for token in project.store.tokens()}
    assets = {asset.id: asset for asset in project.store.assets_of(numbers)}
    states = review_states(project.store)
    found = []
    for image in records_of(project, numbers):
        number, token = image.number, tokens.get(image.number)
        if by == "token" and token is None:
            raise UsageError(f"{label(number)} is no token of the frozen set", "--by number, or other images")
        said = states.get(number, ReviewState(number))
        said = said if viewer is None else said.as_seen_by(viewer)
        file = f"{token if by == 'token' else label(number)}.png"
        record = {
            "number": number, "file": file, "token": token, "width": image.width, "height": image.height,
            "sha256": assets[number].file_sha256, "traits": assets[number].traits, "issues": list(image.issues),
            "scores": {name: value for name, value in image.scores.items() if name not in hidden},
            "selected": None if "selected" in hidden else image.selected,
            "recipe": image.recipe.as_json() if image.recipe else None,
            "flags": dict(said.flags), "stars": dict(said.stars), "notes": [list(note) for note in said.notes],
            "reasons": dict(said.reasons), "tags": {who: list(tags) for who, tags in said.tags.items()},
        }  # fmt: skip
        found.append(ExportedImage(file, image.path, record))
    return found


def as_json(value: Any) -> bytes:
    """JSON to read, in UTF-8."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def as_csv(images: Sequence[ExportedImage]) -> str:
    """A row an image: a column for each trait and each metric, and what people said. Texts are never formulas."""
    traits = sorted({name for image in images for name in image.record["traits"]})
    metrics = sorted({name for image in images for name in image.record["scores"]})
    plain = ["number", "file", "token", "width", "height", "sha256", "selected"]
    table = io.StringIO()
    writer = csv.writer(table)
    head = [*plain, "prompt", "seed", "issues", "flags", "stars", "notes", "reasons", "tags"]
    writer.writerow(map(_cell, [*head, *(f"trait {name}" for name in traits), *(f"score {name}" for name in metrics)]))
    for image in images:
        record, recipe = image.record, image.record["recipe"] or {}
        said = [recipe.get("prompt"), recipe.get("seed"), ", ".join(record["issues"]), _votes(record["flags"])]
        said += [_votes(record["stars"]), "; ".join(f"{who}: {text}" for who, text in record["notes"])]
        said += [_votes(record["reasons"]), _votes({who: ", ".join(tags) for who, tags in record["tags"].items()})]
        rest = [*(record["traits"].get(name) for name in traits), *(record["scores"].get(name) for name in metrics)]
        writer.writerow(map(_cell, [*(record[name] for name in plain), *said, *rest]))
    return table.getvalue()


def _votes(votes: Mapping[str, Any]) -> str:
    return "; ".join(f"{who}: {value}" for who, value in votes.items())


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def sheet_of(project: Project, images: Sequence[ExportedImage]) -> ContactSheet:
    """The contact sheet of some images, by the names of their files."""
    from collection.curate.sheet import Cell, ContactSheet

    cells = [Cell(Path(image.file).stem, image.record["sha256"]) for image in images]
    return ContactSheet(project.config.title, amount(len(cells), "image"), cells)


class _Sink(io.RawIOBase):
    """Takes what a ZIP file writes, to be handed on piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What came since the last time."""
        pieces, self.pieces = self.pieces, []
        return b"".join(pieces)


def as_zip(images: Sequence[ExportedImage]) -> Iterator[bytes]:
    """The same files as a ZIP, piece by piece: no more than one image is held at a time."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for image in images:
            archive.writestr(image.file, image.path.read_bytes())
            archive.writestr(f"{Path(image.file).stem}.json", as_json(image.record))
            yield sink.taken()
        archive.writestr("index.json", as_json([image.record for image in images]))
        archive.writestr("index.csv", as_csv(images))
    yield sink.taken()
