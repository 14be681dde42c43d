"""What a folder of layer pictures says by its names: values, weights, and what is drawn for each.

layers/Hat/Cap#30.png           the value Cap of the trait Hat, of weight 30; without a number the weight is 1
layers/Hat/rare#5/Crown#2.png   a group: its weight is shared by its pictures, which are values as well
layers/Hat/Duo#4/1-a.png        a group in which no picture has a weight is one value: all of it is drawn
layers/Hat/Feather/Red.png      a folder without a weight is a layer upon this one, with a trait of its own
layers/Hat/z2,Cap#30.png        drawn two places further to the front
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from collection.errors import ConfigError
from collection.spelling import nearest

SUFFIXES = (".png", ".apng", ".webp", ".gif", ".svg", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
"""What is taken for a picture by its name; other files in a layer's folder are left alone."""
DEEPEST = 8
"""Folders below a layer's folder."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture file, and how far it is moved to the front among the layers."""

    path: Path
    z: int = 0


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a trait: how often it is drawn beside the others, and its pictures, the lowest first."""

    weight: float
    pictures: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True)
class LayerFolder:
    """What a folder says: a trait's values, and the values of another trait beside which alone it is drawn."""

    trait: str
    values: Mapping[str, Value]
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file or folder: its name without z, weight and suffix."""

    path: Path
    name: str
    weight: float | None
    z: int

    @property
    def is_folder(self) -> bool:
        return self.path.is_dir()


class FolderReader:
    """Reads the layers of a project; a link that leads out of the project's folder is refused."""

    def __init__(self, project: Path, delimiter: str = "#") -> None:
        self._project, self._delimiter = project, delimiter
        self._root = project.resolve()

    def names(self, folder: Path) -> list[str]:
        """The folders in a folder of layers, by name; raises ConfigError where it is none, or holds none."""
        self._check_folder(folder)
        found = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        if not found:
            raise ConfigError(
                f"{self._said(folder)} holds no folder, and each layer is one",
                f"put the pictures into folders, as in {self._said(folder)}/Background/Blue#10.png",
            )
        return found

    def read(self, folder: Path, trait: str) -> list[LayerFolder]:
        """The layer, and those upon it; raises ConfigError, naming the file, for names that say nothing or twice."""
        self._check_folder(folder)
        found = self._layer(folder, trait, {}, 0)
        for layer in found:
            if not any(value.weight for value in layer.values.values()):
                raise ConfigError(
                    f"{self._said(folder)}: every picture of {layer.trait} has the weight 0: none would be drawn",
                    "give one of them a weight above 0, as in Cap#10.png",
                )
        return found

    def file(self, path: Path) -> Drawn:
        """A picture that collection.toml names; raises ConfigError where it is none."""
        if not path.is_file():
            near = nearest(path.name, [other.name for other in path.parent.iterdir()]) if path.parent.is_dir() else ""
            raise ConfigError(f"{self._said(path)} is no file{near}", "correct `files` of its layer in [generator]")
        self._check_place(path)
        return Drawn(path)

    def _layer(self, folder: Path, trait: str, when: Mapping[str, tuple[str, ...]], depth: int) -> list[LayerFolder]:
        if depth > DEEPEST:
            raise ConfigError(f"{self._said(folder)} lies more than {DEEPEST} folders deep", "move its pictures up")
        values: dict[str, Value] = {}
        upon: list[LayerFolder] = []
        origin: dict[str, Path] = {}
        for entry in self._entries(folder):
            if entry.is_folder and entry.weight is None:
                upon += self._layer(entry.path, entry.name, when, depth + 1)
                continue
            if entry.is_folder:
                group, inner = self._group(entry, trait, when, depth)
                upon += inner
            else:
                weight = 1.0 if entry.weight is None else entry.weight
                group = {entry.name: (Value(weight, (Drawn(entry.path, entry.z),)), entry.path)}
            for name, (value, path) in group.items():
                if name in values:
                    raise ConfigError(
                        f'{self._said(origin[name])} and {self._said(path)} are both called "{name}"',
                        "give each value of a layer its own name, or delete one of the files",
                    )
                values[name], origin[name] = value, path
        if not values:
            raise ConfigError(
                f"{self._said(folder)} holds no picture",
                f"put pictures into it ({', '.join(SUFFIXES[:5])}), or delete the folder",
            )
        return [LayerFolder(trait, values, when), *upon]

    def _group(
        self, entry: _Entry, trait: str, when: Mapping[str, tuple[str, ...]], depth: int
    ) -> tuple[dict[str, tuple[Value, Path]], list[LayerFolder]]:
        """The values of a folder with a weight, each with the file that it is of, and the layers upon these values."""
        weight = entry.weight or 0.0
        inside = self._entries(entry.path)
        if not any(one.weight is not None or one.is_folder for one in inside):
            if not inside:
                raise ConfigError(f"{self._said(entry.path)} holds no picture", "put pictures into it, or delete it")
            pictures = tuple(Drawn(one.path, one.z + entry.z) for one in inside)
            return {entry.name: (Value(weight, pictures), entry.path)}, []
        main, *upon = self._layer(entry.path, trait, when, depth + 1)
        total = sum(value.weight for value in main.values.values()) or 1.0
        values = {
            name: (_moved(Value(weight * value.weight / total, value.pictures), entry.z), entry.path)
            for name, value in main.values.items()
        }
        return values, [replace(one, when={**one.when, trait: tuple(main.values)}) for one in upon]

    def _entries(self, folder: Path) -> list[_Entry]:
        found = []
        for path in sorted(folder.iterdir(), key=lambda path: path.name):
            if path.name.startswith(".") or not (path.is_dir() or path.suffix.lower() in SUFFIXES):
                continue
            self._check_place(path)
            found.append(self._entry(path))
        return found

    def _entry(self, path: Path) -> _Entry:
        name = path.name if path.is_dir() else path.stem
        place = re.match(r"z(-?\d{1,4}),", name)
        name = name[place.end() :] if place else name
        before, mark, number = name.rpartition(self._delimiter)
        weight = _number(number) if mark else None
        said = (before if weight is not None else name).strip()
        if not said or len(said) > 80 or re.search(r"[\x00-\x1f]", said):
            raise ConfigError(
                f"{self._said(path)} gives its value no name of 1 to 80 characters", "rename it, as in Cap#10.png"
            )
        return _Entry(path, said, weight, int(place[1]) if place else 0)

    def _check_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            others = [path.name for path in folder.parent.iterdir() if path.is_dir()] if folder.parent.is_dir() else []
            raise ConfigError(
                f"{self._said(folder)} is no folder{nearest(folder.name, others)}",
                "`folder` in [generator] names the folder of the layers, and each [[generator.layers]] one in it",
            )
        self._check_place(folder)

    def _check_place(self, path: Path) -> None:
        try:
            place = path.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            raise ConfigError(f"{self._said(path)} leads nowhere: {error}", "put the file itself there") from error
        if not place.is_relative_to(self._root):
            raise ConfigError(
                f"{self._said(path)} is a link out of the project, to {place}",
                "copy the file into the project's folder",
            )

    def _said(self, path: Path) -> str:
        try:
            return path.relative_to(self._project).as_posix()
        except ValueError:
            return path.as_posix()


def files_of(layers: Sequence[LayerFolder]) -> Iterator[Path]:
    """Every picture of some layers."""
    for layer in layers:
        for value in layer.values.values():
            yield from (picture.path for picture in value.pictures)


def _moved(value: Value, z: int) -> Value:
    return replace(value, pictures=tuple(replace(one, z=one.z + z) for one in value.pictures)) if z else value


def _number(text: str) -> float | None:
    """The weight that a name ends in, zero or more; None where it ends in no number."""
    return float(text) if re.fullmatch(r"\s*\d{1,8}(\.\d{1,6})?\s*", text, re.ASCII) else None
