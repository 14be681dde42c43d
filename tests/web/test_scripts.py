"""The page's scripts are built on floors, as the library is: a script imports from its own folder and those below."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

FLOORS = ("core", "components", "panels", "views", "main.js")


@pytest.fixture(scope="module")
def scripts(repository: Path) -> Path:
    return repository / "collection" / "web" / "static"


def floor_of(scripts: Path, path: Path) -> int:
    return FLOORS.index(path.relative_to(scripts).parts[0])


def imports(scripts: Path) -> Iterator[tuple[Path, Path, str]]:
    """(script, the script it imports from, what it imports), the types in comments included."""
    for path in sorted(scripts.rglob("*.js")):
        found = re.findall(r'(?:import|@import) (\{[^}]*\}|\* as \w+) from "(\.[^"]+)"', path.read_text())
        yield from ((path, (path.parent / place).resolve(), names) for names, place in found)


def test_no_script_imports_from_a_floor_above(scripts: Path) -> None:
    wrong = [
        f"{path.relative_to(scripts)} imports {other.relative_to(scripts)}"
        for path, other, _ in imports(scripts)
        if floor_of(scripts, other) > floor_of(scripts, path)
    ]
    assert not wrong


def test_every_script_lies_on_a_floor_and_is_reached(scripts: Path) -> None:
    reached = {other for _, other, _ in imports(scripts)} | {scripts / "main.js"}
    assert {path.relative_to(scripts) for path in scripts.rglob("*.js")} == {
        path.relative_to(scripts) for path in reached
    }
