"""What the artist adds to single images: names and descriptions (texts.py), and files that are published beside them.

The files lie in a folder, `[publish] files`, and are named by the image: 0007.mp4 is played, 0007.txt is its words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collection.errors import MetadataError, UnavailableError
from collection.store.publication_records import Extras
from collection.store.records import Asset

FIELDS = ("name", "description")
ANIMATIONS, WORDS, THUMBNAILS = "animations", "words", "thumbnails"
"""The folders of further files, below the root."""
MEDIA_TYPES = {
    ".mp4": "video/mp4", ".m4v": "video/x-m4v", ".webm": "video/webm", ".ogv": "video/ogg", ".mp3": "audio/mpeg",
    ".wav": "audio/wav", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".glb": "model/gltf-binary",
    ".gltf": "model/gltf+json", ".html": "text/html", ".txt": "text/plain", ".md": "text/markdown",
    ".webp": "image/webp",
}  # fmt: skip
"""What marketplaces play (OpenSea, media and traits), words, and thumbnails; by suffix."""
_FOLDERS = {**dict.fromkeys(MEDIA_TYPES, ANIMATIONS), ".txt": WORDS, ".md": WORDS}


@dataclass(frozen=True, slots=True)
class Addition:
    """What the artist adds to one image; what is empty stays as the collection says it."""

    name: str = ""
    description: str = ""
    files: Extras = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """What says something."""
        said = {name: told for name in FIELDS if (told := getattr(self, name))}
        return {**said, **({"files": {name: list(file) for name, file in self.files.items()}} if self.files else {})}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Addition:
        """Read `as_json` back."""
        files = {name: (sha256, suffix) for name, (sha256, suffix) in value.get("files", {}).items()}
        return cls(value.get("name", ""), value.get("description", ""), files)


def images_by_name(assets: Sequence[Asset]) -> dict[str, int]:
    """The number of each image by what people call it: its number without zeros, or the file it was imported from."""
    known = {str(asset.id): asset.id for asset in assets}
    sources = {Path(str(asset.generator["source"])).name: asset.id for asset in assets if asset.generator.get("source")}
    return known | sources


def files_of_images(folder: Path, assets: Sequence[Asset]) -> dict[int, dict[str, Path]]:
    """The files of each image in the artist's folder, by image and by the folder that they are published in.

    Raises MetadataError, which names every file that belongs to no image, cannot be published, or comes twice;
    UnavailableError where there is no such folder.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        hint = "`files` under [publish] names a folder of the project"
        raise UnavailableError(f"{folder} cannot be read: {error.strerror}", hint) from error
    stems = {Path(name).stem: number for name, number in images_by_name(assets).items()}
    found: dict[int, dict[str, Path]] = {}
    wrong = []
    for path in paths:
        number = stems.get(path.stem.lstrip("0") if path.stem.isdigit() else path.stem)
        place = _FOLDERS.get(path.suffix.lower())
        if place is None or path.suffix.lower() == ".webp" or not path.is_file() or path.is_symlink():
            wrong.append(f"{folder.name}/{path.name}: it is no file that can be published beside an image")
        elif why := _unreadable(path, place):
            wrong.append(f"{folder.name}/{path.name}: {why}")
        elif number is None:
            wrong.append(f'{folder.name}/{path.name}: there is no image "{path.stem[:60]}"')
        elif place in found.setdefault(number, {}):
            wrong.append(f"{folder.name}/{path.name}: image {path.stem[:60]} has {found[number][place].name} already")
        else:
            found[number][place] = path
    if wrong:
        raise MetadataError.of(wrong, f"correct the folder {folder.name}, then run `collection freeze`")
    return {number: places for number, places in found.items() if places}


def _unreadable(path: Path, place: str) -> str:
    """What is wrong with the content of a further file, as far as anybody could see; empty if nothing is."""
    if not path.stat().st_size:
        return "it is empty"
    try:
        return "" if place != WORDS or path.read_text("utf-8") else "it is empty"
    except UnicodeDecodeError:
        return "it is no UTF-8 text"
