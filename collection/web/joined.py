"""The page's scripts joined into one, its styles too: a browser asks once, where it would ask eighty times.

Each script becomes a function that returns what it exports, after those that it imports from. This holds because the
scripts import in no circle, say their imports and exports as whole lines, and never change what they export.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

IMPORT = re.compile(r'^import (?:\* as (?P<all>\w+)|\{(?P<names>[^}]*)\}) from "(?P<place>\.[^"]+)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (?P<name>\w+))", re.MULTILINE)
LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def joined_scripts(root: Path, first: str) -> str:
    """The script `first` under `root` and all that it imports, as one module that lies in `root`.

    It exports `scripts`: of every script but the first, by its place, what that exports.
    Raises ValueError where a script imports or exports in another way, or in a circle.
    """
    parts: dict[str, str] = {}
    _join(root, first, parts, ())
    body = parts.pop(first)
    return "\n".join(["export const scripts = {};", *parts.values(), body])


def _join(root: Path, name: str, parts: dict[str, str], within: tuple[str, ...]) -> None:
    """Add a script to `parts`, those that it imports from before it; it is imported by those of `within`."""
    if name in within:
        raise ValueError(f"these scripts import each other: {' -> '.join((*within, name))}")
    if name in parts:
        return
    text = (root / name).read_text()
    places = {found["place"]: _place(root, name, found["place"]) for found in IMPORT.finditer(text)}
    for other in places.values():
        _join(root, other, parts, (*within, name))
    parts[name] = _function(name, text, places) if within else _body(name, text, places)


def _place(root: Path, name: str, other: str) -> str:
    return (root / name).parent.joinpath(other).resolve().relative_to(root.resolve()).as_posix()


def _function(name: str, text: str, places: Mapping[str, str]) -> str:
    exported = ", ".join(found["name"] for found in EXPORT.finditer(text))
    return f'scripts["{name}"] = (() => {{\n{_body(name, text, places)}\nreturn {{ {exported} }};\n}})();'


def _body(name: str, text: str, places: Mapping[str, str]) -> str:
    """A script that takes from `scripts` what it imported, and exports nothing."""

    def taken(found: re.Match[str]) -> str:
        names = found["all"] or f"{{{found['names'].replace(' as ', ': ')}}}"
        return f'const {names} = scripts["{places[found["place"]]}"];'

    text = EXPORT.sub("", IMPORT.sub(taken, text))
    if left := LEFT.search(text):
        raise ValueError(f"{name}: this import or export cannot be joined: {left[0]}")
    return text.replace("import.meta.url", f'new URL("./{name}", import.meta.url)')


def joined_styles(folder: Path, names: Sequence[str]) -> str:
    """Those styles of a folder, one after the other; what they name beside them lies beside the whole, too."""
    return "\n".join((folder / name).read_text() for name in names)
