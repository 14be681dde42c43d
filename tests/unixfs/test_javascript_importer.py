"""The same trees, given to a second implementation of the profile: npm ipfs-unixfs-importer."""

from __future__ import annotations

import base64
import json
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from collection.unixfs import PROFILES, directory_cid

CHUNK = 1 << 20


def _trees() -> list[dict[str, Any]]:
    rng = random.Random("trees")
    chunks = {f"{size}.png": rng.randbytes(size) for size in (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 5)}
    flat = [{f"{number}.json": b"%d" % number for number in range(1, count)} for count in (25, 1_002, 4_700, 7_001)]
    names = {"Émile ⛈.png": b"1", "a b.png": b"2", "-.png": b"3", "é.png": b"4"}
    return [chunks, *flat, names, {"images": chunks, "metadata": flat[3], "collection.json": b"{}"}]


def _as_base64(tree: dict[str, Any]) -> dict[str, Any]:
    return {
        name: base64.b64encode(below).decode() if isinstance(below, bytes) else _as_base64(below)
        for name, below in tree.items()
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_every_root_is_that_of_the_javascript_importer(
    repository: Path, missing: Callable[[str], NoReturn], profile: str
) -> None:
    node, folder = shutil.which("node"), repository / "tests" / "node"
    if node is None or not (folder / "node_modules" / "ipfs-unixfs-importer").is_dir():
        missing("ipfs-unixfs-importer is not installed: npm install --prefix tests/node")
    trees = _trees()
    answer = subprocess.run(
        [node, str(folder / "cids.mjs"), profile],
        input=json.dumps([_as_base64(tree) for tree in trees]),
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == [directory_cid(tree, PROFILES[profile]) for tree in trees]
