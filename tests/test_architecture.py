"""The floors of the house: a module imports from its own room and from the floors below, nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

FLOORS = [
    {"errors", "spelling", "json_fields", "atomic_file"},
    {"values", "unixfs", "transparency", "marks"},
    {"plugins", "models", "concurrency", "transport"},
    {"config", "store"},
    {"pictures", "plan", "curate", "ipfs", "chain"},
    {"publish", "generate", "judge", "importers"},
    {"verify", "exporters", "rescue", "train"},
    {"project"},
    {"stages"},
    {"web", "api"},
    {"cli"},
]

HEAVY = (
    "torch",
    "diffusers",
    "transformers",
    "open_clip",
    "timm",
    "web3",
    "numpy",
    "sqlmodel",
    "pydantic",
    "PIL",
    "fastapi",
    "uvicorn",
    "jinja2",
)


def floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def modules(repository: Path) -> list[tuple[str, Path]]:
    """(room, file) of every module of the library and the command line."""
    library = repository / "collection"
    found = [
        (path.relative_to(library).parts[0].removesuffix(".py"), path)
        for path in sorted(library.rglob("*.py"))
        if path != library / "__init__.py"
    ]
    return found + [("cli", path) for path in sorted((repository / "cli").rglob("*.py"))]


def imported_rooms(path: Path) -> Iterator[str]:
    """The rooms whose modules a file imports, also inside functions and for types only."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for name in names:
            parts = name.split(".")
            if parts[0] == "collection" and len(parts) > 1:
                yield parts[1]


def test_no_room_imports_a_neighbour_or_a_floor_above(repository: Path) -> None:
    wrong = [
        f"{path.relative_to(repository)} imports collection.{other}"
        for room, path in modules(repository)
        for other in imported_rooms(path)
        if other != room and floor_of(other) >= floor_of(room)
    ]
    assert not wrong


DOOR = {"errors", "spelling", "values", "atomic_file", "config", "project", "stages", "web"}
"""What a command may call: the stages' floor, the room, and what both speak in."""


def called(node: ast.AST) -> Iterator[str]:
    """The modules of the library that a file imports when it runs, not for types only."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.ImportFrom) and not child.level and (child.module or "").startswith("collection."):
            yield child.module or ""
        yield from called(child)


def test_commands_call_the_stages_floor_and_nothing_below_it(repository: Path) -> None:
    wrong = [
        f"{path.relative_to(repository)} calls {module}"
        for path in sorted((repository / "cli").rglob("*.py"))
        for module in called(ast.parse(path.read_text()))
        if module.split(".")[1] not in DOOR
    ]
    assert not wrong


def test_the_library_is_silent(repository: Path) -> None:
    wrong = []
    for room, path in modules(repository):
        for node in ast.walk(ast.parse(path.read_text())):
            prints = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            draws = isinstance(node, ast.Import | ast.ImportFrom) and any(
                name.split(".")[0] in ("typer", "rich")
                for name in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            )
            if room != "cli" and (prints or draws):
                wrong.append(f"{path.relative_to(repository)}:{node.lineno}")
    assert not wrong


@pytest.mark.parametrize("what", ["import collection", "import collection_cli.main"])
def test_starting_loads_nothing_heavy(what: str) -> None:
    script = f"import sys; {what}; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_every_package_is_declared(repository: Path) -> None:
    """An undeclared one works in an editable install and is missing from the wheel."""
    import tomllib

    declared = set(tomllib.loads((repository / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    there = {
        str(Path(package) / path.parent.relative_to(repository / folder)).replace("/", ".")
        for package, folder in {"collection": "collection", "collection_cli": "cli"}.items()
        for path in (repository / folder).rglob("__init__.py")
    }
    assert there | {"collection_samples"} == declared


def test_no_file_names_a_registry(repository: Path) -> None:
    words = ["pypi" + ".org", "python" + "hosted", "registry.npm" + "js", "deb.de" + "bian", "/wo" + "rk/"]
    names = subprocess.run(["git", "ls-files", "-z"], cwd=repository, capture_output=True, text=True, check=True).stdout
    wrong = [
        (name, word)
        for name in names.split("\0")
        if name and (path := repository / name).is_file()
        for word in words
        if word.encode() in path.read_bytes()
    ]
    assert not wrong
