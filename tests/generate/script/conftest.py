"""Projects whose pictures are drawn by scripts, and a process that runs such scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collection.generate.script.process import Limits, Scripts
from collection.generate.script.seeded import token_hash
from collection.project import Project, open_project

SIZE = 64
GOOD = """\
import sys
from PIL import Image
FEATURES = {"Palette": ["Red", "Blue"]}
def features(rng):
    return {"Palette": rng.choice(FEATURES["Palette"]), "Dots": rng.randrange(3, 9)}
def render(rng, features, size):
    picture = Image.new("RGB", size, features["Palette"].lower())
    for _ in range(features["Dots"]):
        picture.putpixel((rng.randrange(size[0]), rng.randrange(size[1])), (255, 255, 255))
    return picture
"""
CONFIG = """\
title = "Dots"
supply = 2
candidates = 3
seed = 7

[image]
size = 64

[generator]
use = "script"
script = "dots.py"
timeout = 20
memory = 256
"""


def _drawing(body: str) -> str:
    """A script that does something before it returns a picture."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"from PIL import Image\ndef features(rng): return {{}}\ndef render(rng, features, size):\n{lines}\n" + (
        "    return Image.new('RGB', size)\n"
    )


@pytest.fixture(scope="session")
def drawing() -> Callable[[str], str]:
    return _drawing


@pytest.fixture(scope="session")
def good() -> str:
    return GOOD


@pytest.fixture(scope="module")
def scripts() -> Iterator[Scripts]:
    found = Scripts()
    yield found
    found.close()


@pytest.fixture
def ask(scripts: Scripts) -> Callable[..., tuple[Any, bytes]]:
    """Run a script for one picture: what it says, and its pixels."""

    def run(source: str, seconds: float = 20, **traits: str) -> tuple[Any, bytes]:
        return scripts.ask("art.py", source, token_hash(7), (SIZE, SIZE), traits, Limits(seconds, 256))

    return run


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Project]]:
    """A project of a script, with changes of its configuration."""
    opened = []

    def made(script: str = GOOD, more: str = "", name: str = "dots.py", candidates: int = 3) -> Project:
        (tmp_path / name).write_text(script)
        (tmp_path / "collection.toml").write_text(
            CONFIG.replace("dots.py", name).replace("candidates = 3", f"candidates = {candidates}") + more
        )
        opened.append(open_project(tmp_path))
        return opened[-1]

    yield made
    for project in opened:
        project.close()
