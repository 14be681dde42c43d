"""Many files on an IPFS node: pinned, killed half-way, pinned to the end, and every file read back by its CID.

    python benchmarks/pin.py [--files 10000] [--kilobytes 10] [--node /ip4/127.0.0.1/tcp/5001]

Without `--node` it starts the js-ipfs of tests/node, alone on loopback. The upload is a process of its own, which is
killed (SIGKILL) once half of the blocks are sent; another one goes on from what the first wrote down.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

from collection.atomic_file import write_durably
from collection.ipfs.kubo import Kubo
from collection.unixfs import Car, content, files_below, write_entry_car

REPOSITORY = Path(__file__).parent.parent
sys.path.append(str(REPOSITORY / "tests" / "ipfs"))

from nodes import JS_IPFS, running  # noqa: E402  of tests/ipfs


class Journal:
    """How far the upload is, in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(self.path.read_bytes()) if self.path.exists() else {}
        return found

    def write(self, notes: Mapping[str, Any], status: str = "intended") -> None:
        write_durably(self.path, json.dumps(dict(notes)).encode())


def upload(car: Path, root: str, journal: Path, node: str) -> None:
    """What each process does."""
    Kubo(node).resume(car, root, Journal(journal))


def killed_and_resumed(folder: Path, car: Path, root: str, node: str) -> tuple[int, int]:
    """Pin the set with a kill in the middle; returns how many blocks there are, and how many were sent before it."""
    journal = Journal(folder / "journal.json")
    command = [sys.executable, __file__, "--upload", str(car), root, str(journal.path), node]
    with closing(Car(car)) as opened:
        blocks = len(opened)
    process = subprocess.Popen(command)
    while process.poll() is None and journal.read().get("blocks", 0) < blocks / 2:
        time.sleep(0.005)
    process.kill()
    process.wait()
    sent = int(journal.read().get("blocks", 0))
    assert 0 < sent < blocks, f"{sent} of {blocks} blocks were sent before the kill"
    assert not Kubo(node).holds(root), "the root is pinned although the upload was cut off"
    subprocess.run(command, check=True)
    return blocks, sent


def read_back(node: str, root: str, files: Mapping[str, bytes]) -> int:
    """Compare every file below the root on the node with what was sent; how many there are."""
    left = dict(files)
    with Kubo(node).blocks(root) as blocks:
        for path, cid, _ in files_below(blocks, root):
            assert b"".join(content(blocks, cid)) == left.pop(path.removeprefix("images/")), path
    assert not left, f"{len(left)} files are not on the node"
    return len(files)


def measure(folder: Path, count: int, size: int, node: str) -> None:
    rng = random.Random(count)
    files = {f"{number}.png": rng.randbytes(size) for number in range(1, count + 1)}
    car = folder / "set.car"
    root = write_entry_car(car, {"images": files})
    begin = time.perf_counter()
    blocks, sent = killed_and_resumed(folder, car, root, node)
    pinned = time.perf_counter()
    assert Kubo(node).holds(root)
    compared = read_back(node, root, files)
    print(f"{count:,} files of {size:,} bytes, {blocks:,} blocks, root {root}")
    print(f"killed after {sent:,} blocks, pinned by the second process: {pinned - begin:.1f} s in all")
    print(f"{compared:,} files read back by CID, all equal: {time.perf_counter() - pinned:.1f} s")


@contextmanager
def the_node(given: str | None, folder: Path) -> Iterator[str]:
    """The address of the node that was given, or of a js-ipfs that runs meanwhile."""
    if given:
        yield given
        return
    program, script = which("node"), REPOSITORY / JS_IPFS
    if program is None or not script.is_file():
        sys.exit("js-ipfs is not installed: sh packaging/node-tools.sh tests/node, or name a node by --node")
    with running([program, str(script)], folder) as address:
        yield address


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--kilobytes", type=float, default=10)
    parser.add_argument("--node")
    parser.add_argument("--upload", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.upload:
        car, root, journal, node = given.upload
        upload(Path(car), root, Path(journal), node)
        return
    with TemporaryDirectory() as name, the_node(given.node, Path(name) / "node") as node:
        measure(Path(name), given.files, int(given.kilobytes * 1000), node)


if __name__ == "__main__":
    main()
