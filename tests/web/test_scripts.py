"""The page's scripts are built on floors, as the library is: a script imports from its own folder and those below."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from collection.web.joined import joined_scripts

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


def test_the_page_gets_every_script_once_after_those_it_imports_from(scripts: Path) -> None:
    joined = joined_scripts(scripts, "main.js")
    begun: list[str] = []
    for defined, needed in re.findall(r'^(?:scripts\["(.+)"\] =|const .+ = scripts\["(.+)"\];$)', joined, re.MULTILINE):
        assert not needed or needed in begun
        begun += [defined] if defined else []
    alone = {"main.js", "core/types.js", "core/stream_worker.js"}  # the first, one of types only, and a worker's
    assert sorted(begun) == sorted({path.relative_to(scripts).as_posix() for path in scripts.rglob("*.js")} - alone)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ('import "./first.js";', "other.js: this import or export cannot be joined: import"),
        ("export default 1;", "other.js: this import or export cannot be joined: export default 1;"),
        ("export let changing = 1;", "other.js: this import or export cannot be joined: export let"),
        ('import { a } from "./first.js";', "these scripts import each other: first.js -> other.js -> first.js"),
    ],
)
def test_a_script_that_cannot_be_joined_is_named(tmp_path: Path, other: str, why: str) -> None:
    (tmp_path / "first.js").write_text('import * as other from "./other.js";\n')
    (tmp_path / "other.js").write_text(f"{other}\n")
    with pytest.raises(ValueError, match=re.escape(why)):
        joined_scripts(tmp_path, "first.js")
