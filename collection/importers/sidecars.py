"""Which JSON tells of which picture, in all the shapes that people keep them.

Beside a picture (1.json, 1.png.json, or 1 without a suffix); in another folder (json/1.json for images/1.png); one
file for many (_metadata.json, a list, an object of objects, or the manifest.csv of an OpenSea drop). What a JSON object
says itself counts first: the file name in its `image`. Then come its own name, and last its `edition` or token id.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from collection.errors import ImageError
from collection.importers import manifest
from collection.importers.traits import LISTS, PROSE, Told, list_of, read_json, read_traits
from collection.pictures.folders import COMPANIONS, SIDECAR, begins_as_json, name_in, read_file
from collection.values import Failure, amount

_IMAGES = ("image", "image_url", "file_name", "filename", "file")
"""Keys under which an object names its picture."""
_LINES = ".jsonl"
"""Suffix of a file with a JSON object a line."""
_ERC1155_ID = re.compile("[0-9a-f]{64}", re.IGNORECASE)
"""A token id as the file names of ERC-1155 have it."""
_EDITIONS = ("edition", "tokenId", "token_id", "tokenID", "id")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One JSON object, or why a file holds none."""

    path: Path
    value: Mapping[str, Any]
    key: str
    """The name that it has: of its file without the suffix, or its key in a file for many."""
    listed: bool = False
    """Whether its file holds others too."""
    error: str = ""

    @property
    def images(self) -> tuple[str, ...]:
        """What the name of its picture's file may be: the last part of its `image` as it is, and read as a URL."""
        told = next((self.value[name] for name in _IMAGES if isinstance(self.value.get(name), str)), "")
        path = told.replace("\\", "/")
        try:
            names = (path.rpartition("/")[2], unquote(PurePosixPath(urlsplit(path).path).name))
        except ValueError:  # no URL
            return (path.rpartition("/")[2],)
        return tuple(dict.fromkeys(filter(None, names)))

    @property
    def edition(self) -> int | None:
        """The number of its token."""
        told = next((self.value[name] for name in _EDITIONS if name in self.value), self.key)
        text = str(told)
        if _ERC1155_ID.fullmatch(text):
            return int(text, 16)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


class Sidecars:
    """The JSON files below a folder, each object given to the pictures that it tells of."""

    def __init__(self, folder: Path, files: Sequence[Path]) -> None:
        """Read all JSON among the `files` of the folder; all others are taken for pictures."""
        self._folder = folder
        entries = [entry for path in files if _may_be_json(path) for entry in _entries(path)]
        entries = [entry for entry in entries if entry.path.suffix or not entry.error]
        self.files = frozenset(entry.path for entry in entries)
        """Those that hold JSON, or should."""
        self._told: dict[Path, _Entry] = {}
        self._unclear: dict[Path, str] = {}
        self._matched: set[int] = set()
        self.of_set = frozenset(_of_set(files))
        """Pictures of the set as a whole, which are no token's: collection.png of Metaplex's tools."""
        no_pictures = {*self.files, *self.of_set}
        pictures = [path for path in files if path not in no_pictures and path.suffix.lower() not in COMPANIONS]
        single, many = [item for item in entries if not item.listed], [item for item in entries if item.listed]
        for group in (single, many):
            left = group
            for alike in _WAYS:
                left = self._give(left, _by_image(left, pictures, alike))
                left = self._give(left, _by_name(left, pictures, alike))
            self._give(left, _by_edition(left, pictures))
        self.unread = tuple(self._unread(entries))
        """Files that tell of no picture here, and those of whose objects some do not."""

    def tells_of(self, picture: Path) -> bool:
        """Whether an object is of this picture."""
        return picture in self._told

    def moving_with(self, pictures: Collection[Path]) -> dict[Path, Path]:
        """The files that tell of these pictures and of no other, by the first picture of each."""
        stay = {entry.path for picture, entry in self._told.items() if picture not in pictures}
        own = [(picture, self._told[picture]) for picture in pictures if picture in self._told]
        alone = {entry.path: picture for picture, entry in reversed(own) if not entry.listed and entry.path not in stay}
        return {picture: path for path, picture in alone.items()}

    def told(self, picture: Path) -> Told:
        """What is told of a picture; raises ImageError, naming the file, where what should tell it cannot."""
        entry = self._told.get(picture)
        if entry is None:
            return Told(notes=(self._unclear[picture],)) if picture in self._unclear else Told()
        try:
            if entry.error:
                raise ImageError(entry.error)
            return read_traits(entry.value)
        except ImageError as error:
            where = "beside it " if entry.path.parent == picture.parent else ""
            name = name_in(entry.path.parent if where else self._folder, entry.path)
            raise ImageError(f"{name} {where}tells no traits: {error.message}") from error

    def _give(self, entries: Sequence[_Entry], wanted: Sequence[Sequence[Path]]) -> list[_Entry]:
        """Give each object to the pictures it wants, if they have none and no other wants them as much; the others."""
        claims: dict[Path, list[_Entry]] = defaultdict(list)
        for entry, pictures in zip(entries, wanted, strict=True):
            for picture in pictures:
                if picture not in self._told:
                    claims[picture].append(entry)
        for picture, asking in claims.items():
            best = _nearest(picture.parent, asking, lambda entry: entry.path.parent)
            whole = [entry for entry in best if entry.path.stem == picture.name]
            plain = [entry for entry in best if entry.path.stem == picture.stem and entry.path.suffix]
            for choice in (best, whole, plain):
                if len(choice) == 1:
                    self._told[picture] = choice[0]
                    break
            else:
                names = " and ".join(name_in(self._folder, entry.path) for entry in best[:2])
                self._unclear[picture] = f"{names} could both be of it, so it has no traits"
        self._matched |= {id(entry) for entry, pictures in zip(entries, wanted, strict=True) if pictures}
        given = {id(entry) for entry in self._told.values()}
        return [entry for entry in entries if id(entry) not in given]

    def _unread(self, entries: Iterable[_Entry]) -> Iterator[Failure]:
        all_of = Counter(entry.path for entry in entries)
        used = Counter(entry.path for entry in entries if id(entry) in self._matched)
        errors = {entry.path: entry.error for entry in entries if entry.error}
        described = {picture.parent for picture in self.of_set}
        for path, count in all_of.items():
            if path.name == "collection.json" and path.parent in described:
                continue
            name, left = name_in(self._folder, path), count - used[path]
            if left == count:
                what = "a manifest" if path.suffix.lower() == manifest.SUFFIX else "JSON"
                why = errors.get(path) or f"{what} that names no picture here, by name, `image` or `edition`"
                yield Failure(name, why)
            elif left:
                yield Failure(name, f"{left} of its {amount(count, 'object')} are of no picture here")


def _may_be_json(path: Path) -> bool:
    """Whether a file has the suffix of JSON or of a manifest, or none and begins as JSON does."""
    return path.suffix.lower() in (SIDECAR, _LINES, manifest.SUFFIX) if path.suffix else begins_as_json(path)


def _entries(path: Path) -> list[_Entry]:
    """The objects of a file: itself, or those it lists."""
    try:
        data = read_file(path)
        readers: dict[str, Callable[[bytes], Any]] = {manifest.SUFFIX: manifest.read_manifest, _LINES: _read_lines}
        value = readers.get(path.suffix.lower(), read_json)(data)
    except ImageError as error:
        return [_Entry(path, {}, path.stem, error=error.message)]
    if isinstance(value, list) and value and all(map(_is_trait, value)):
        return [_Entry(path, {LISTS[0]: value}, path.stem if path.suffix else path.name)]
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return [_Entry(path, item, "", listed=True) for item in value]
    if not isinstance(value, dict):
        return [_Entry(path, {}, path.stem, error="it holds no JSON object")]
    if not list_of(value):
        lists = [inner for inner in value.values() if isinstance(inner, list) and inner and all(map(_is_token, inner))]
        if len(lists) == 1:  # {"tokens": [...]}
            return [_Entry(path, item, "", listed=True) for item in lists[0]]
        if _is_table(value):  # {"1": {...}, "2": {...}}
            return [_Entry(path, item, key, listed=True) for key, item in value.items()]
    return [_Entry(path, value, path.stem if path.suffix else path.name)]


def _of_set(files: Sequence[Path]) -> Iterator[Path]:
    """collection.png and the like, in folders that hold collection.json and 0.json, as Sugar's assets do."""
    assets = {path.parent for path in files if path.name == "0.json"}
    described = {path.parent for path in files if path.name == "collection.json"} & assets
    yield from (path for path in files if path.parent in described and _is_of_set(path))


def _is_of_set(path: Path) -> bool:
    return path.stem == "collection" and path.suffix.lower() != SIDECAR


def _is_token(value: Any) -> bool:
    return isinstance(value, dict) and ("image" in value or list_of(value) is not None)


def _is_trait(value: Any) -> bool:
    """Whether an object is a trait, and nothing that is of a picture."""
    return isinstance(value, dict) and "value" in value and not value.keys() & {*_IMAGES, *_EDITIONS, *LISTS}


def _is_table(value: Mapping[str, Any]) -> bool:
    """Whether an object holds the objects of pictures by their names or numbers, and is none itself."""
    items = value.values()
    own = value.keys() & {*PROSE, "metadata"} or any(isinstance(item, dict) and "value" in item for item in items)
    return bool(value) and not own and all(isinstance(item, dict) for item in items)


def _read_lines(data: bytes) -> list[Any]:
    return [read_json(line) for line in data.splitlines() if line.strip()]


def _folded(name: str) -> str:
    """A name as disks see it that do not tell case, or one way to write an accent from another."""
    return unicodedata.normalize("NFC", name).casefold()


_Alike = Callable[[str], str]
"""Names are of one file if this makes them equal."""
_WAYS: tuple[_Alike, ...] = (str, _folded)


def _by_image(entries: Sequence[_Entry], pictures: Sequence[Path], alike: _Alike) -> list[list[Path]]:
    """The pictures that the objects name, with their suffix or without; one that several name is nobody's."""
    named = _grouped(pictures, lambda path: [alike(path.name), alike(path.stem)])
    wanted = []
    for entry in entries:
        found = next((named[alike(name)] for name in entry.images if alike(name) in named), [])
        wanted.append(_nearest(entry.path.parent, found, lambda path: path.parent))
    count = Counter(path for paths in wanted for path in paths)
    return [paths if len(paths) == 1 and count[paths[0]] == 1 else [] for paths in wanted]


def _by_name(entries: Sequence[_Entry], pictures: Sequence[Path], alike: _Alike) -> list[list[Path]]:
    named = _grouped(pictures, lambda path: [alike(path.stem), alike(path.name)])
    return [_in_one_folder(entry, named.get(alike(entry.key), []) if entry.key else []) for entry in entries]


def _by_edition(entries: Sequence[_Entry], pictures: Sequence[Path]) -> list[list[Path]]:
    numbered = _grouped(pictures, lambda path: [int(path.stem)] if path.stem.isascii() and path.stem.isdigit() else [])
    return [_in_one_folder(entry, numbered.get(entry.edition, [])) for entry in entries]


def _in_one_folder(entry: _Entry, pictures: Sequence[Path]) -> list[Path]:
    """The nearest of some pictures, if they lie in one folder."""
    best = _nearest(entry.path.parent, pictures, lambda path: path.parent)
    return best if len({path.parent for path in best}) == 1 else []


def _grouped(pictures: Sequence[Path], keys: Any) -> dict[Any, list[Path]]:
    found: dict[Any, list[Path]] = defaultdict(list)
    for path in pictures:
        for key in dict.fromkeys(keys(path)):
            found[key].append(path)
    return found


def _nearest(place: Path, items: Sequence[Any], folder_of: Any) -> list[Any]:
    """The items whose folders are fewest steps away; of equals those below folders of the same names."""
    if len(items) < 2:
        return list(items)
    steps = [_steps(place, folder_of(item)) for item in items]
    return [item for item, step in zip(items, steps, strict=True) if step == min(steps)]


def _steps(one: Path, other: Path) -> tuple[int, int]:
    """Steps from one folder to another, and less the more their last parts agree."""
    a, b = one.parts, other.parts
    common = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    tail = next((n for n, (x, y) in enumerate(zip(a[::-1], b[::-1], strict=False)) if x != y), 0)
    return len(a) + len(b) - 2 * common, -tail
