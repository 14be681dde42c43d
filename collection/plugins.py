"""What can be extended: built-in parts by name, and those that installed packages add under an entry point's group.

A part is loaded when it is first asked for. One that cannot be loaded is named with its package, and costs only itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import Any, Generic, TypeVar

from collection.errors import PluginError, UnknownPluginError
from collection.spelling import nearest
from collection.values import Failure

Part = TypeVar("Part")


class Registry(Generic[Part]):
    """The parts of one kind, such as generators."""

    def __init__(self, group: str, kind: str, builtins: Mapping[str, str], accept: Callable[[str, Any], Part]) -> None:
        """`builtins` maps a name to "module:attribute"; `kind` is what people call such a part ("generator").

        `accept` gets the name and what was found there, and returns the part; it raises TypeError or ValueError, with
        the reason, for what is none.
        """
        self.group, self.kind = group, kind
        self._builtins = builtins
        self._accept = accept
        self._loaded: dict[str, Part] = {}
        self._points: dict[str, list[EntryPoint]] = {}
        self._read: tuple[str, ...] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that is known, the built-in ones first; nothing is loaded."""
        return (*self._builtins, *(name for name in self._added if name not in self._builtins))

    @property
    def builtins(self) -> tuple[str, ...]:
        """The names of the built-in parts."""
        return tuple(self._builtins)

    def __contains__(self, name: object) -> bool:
        return name in self._builtins or name in self._added

    def get(self, name: str) -> Part:
        """The part of a name, loaded by its first call.

        Raises UnknownPluginError where nothing has that name, PluginError where it cannot be loaded or is no such part.
        """
        added = self._added
        if name not in self._loaded:
            self._loaded[name] = self._load(name, added.get(name, []))
        return self._loaded[name]

    def working(self) -> Iterator[tuple[str, Part]]:
        """Every part that can be loaded, with its name."""
        for name in self.names:
            try:
                yield name, self.get(name)
            except PluginError:
                continue

    def failures(self) -> tuple[Failure, ...]:
        """The parts that cannot be used, and why: they raise when loaded, are of another kind, or share a name."""
        found = []
        for name in self.names:
            try:
                self.get(name)
            except PluginError as error:
                found.append(Failure(f"{self.kind} {name}", error.message))
        found += [
            Failure(
                f"{self.kind} {name}", f"{_origin(points[0])} adds a {self.kind} of a built-in name; it is not used"
            )
            for name, points in self._added.items()
            if name in self._builtins
        ]
        return tuple(found)

    @property
    def _added(self) -> dict[str, list[EntryPoint]]:
        """The entry points by name, read again when the places that Python imports from have changed."""
        places = tuple(sys.path)
        if self._read != places:
            self._read, self._points = places, self._entry_points()
            self._loaded.clear()
        return self._points

    def _entry_points(self) -> dict[str, list[EntryPoint]]:
        found: dict[str, list[EntryPoint]] = {}
        points = _installed(tuple(sys.path))(self.group)
        for point in sorted(points, key=lambda point: (point.name, _origin(point))):
            same = found.setdefault(point.name, [])
            if point not in same:
                same.append(point)
        return found

    def _load(self, name: str, points: list[EntryPoint]) -> Part:
        if name in self._builtins:
            module, _, attribute = self._builtins[name].partition(":")
            return self._accept(name, getattr(import_module(module), attribute))
        if not points:
            hint = f"known: {', '.join(self.names)}"
            raise UnknownPluginError(f'there is no {self.kind} "{name}"{nearest(name, self.names)}', hint)
        if len(points) > 1:
            packages = " and ".join(map(_origin, points))
            raise PluginError(f'{packages} each add a {self.kind} "{name}"', "uninstall one of them")
        origin = _origin(points[0])
        try:
            return self._accept(name, points[0].load())
        except (Exception, SystemExit) as error:  # another's package: whatever it raises is its fault, and named
            why = f"{type(error).__name__}: {error}"
            raise PluginError(
                f'the {self.kind} "{name}" of {origin} cannot be used: {why}', f"update or uninstall {origin}"
            ) from error


@lru_cache(maxsize=1)
def _installed(_places: tuple[str, ...]) -> Callable[[str], EntryPoints]:
    """By group, the entry points of the packages in the places that Python imports from; one look serves all groups."""
    found = entry_points()
    return lambda group: found.select(group=group)


def _origin(point: EntryPoint) -> str:
    """The distribution that an entry point comes from, with its version."""
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value
