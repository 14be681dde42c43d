"""How near content addressing comes to its physical limit, SHA-256 over the same bytes.

    python benchmarks/ipfs.py

Each figure is the best of five runs. The files lie in the page cache, so that the disk is not what is measured.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from collection.unixfs import Car, directory_cid, file_cid, graph_of, write_car, write_entry_car

MIB = 1 << 20
FILE = 1024
"""MiB of the large file."""
ENTRIES = 10_000


def best(work: Callable[[], Any]) -> float:
    seconds = []
    for _ in range(5):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def raw_sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(MIB):
            digest.update(piece)
    return digest.hexdigest()


def large_file(folder: Path) -> None:
    path = folder / "large"
    rng = random.Random(0)
    with path.open("wb") as file:
        file.writelines(rng.randbytes(MIB) for _ in range(FILE))
    limit = best(lambda: raw_sha256(path))
    ours = best(lambda: file_cid(path))
    print(
        f"file of {FILE} MiB     sha256 {FILE / limit:7.0f} MiB/s   cid {FILE / ours:7.0f} MiB/s   {ours / limit:.2f} x"
    )
    both = best(lambda: write_entry_car(folder / "large.car", path))
    print(f"                      CID and CAR in one pass (with fsync) {FILE / both:.0f} MiB/s   {both / limit:.2f} x")
    graph = graph_of(path)
    write = best(lambda: write_car(folder / "large.car", graph, graph.cid))
    with Car(folder / "large.car") as car:
        verify = best(car.verify)
    print(f"                      write CAR {FILE / write:.0f} MiB/s (with fsync), verify it {FILE / verify:.0f} MiB/s")


def large_directory(folder: Path) -> None:
    contents = {f"{number}.json": b'{"name":"Storm #%d"}' % number for number in range(1, ENTRIES + 1)}
    paths: dict[str, Path] = {}
    for name, data in contents.items():
        paths[name] = folder / name
        paths[name].write_bytes(data)
    limit = best(lambda: [hashlib.sha256(path.read_bytes()).digest() for path in paths.values()])
    memory, disk = best(lambda: directory_cid(contents)), best(lambda: directory_cid(paths))
    print(f"{ENTRIES} entries         cid from bytes {memory:.2f} s, from files {disk:.2f} s")
    print(f"                      (reading the files and sha256 alone {limit:.2f} s)")
    graph = graph_of(contents)
    write = best(lambda: write_car(folder / "set.car", graph, graph.cid))
    opened = best(lambda: Car(folder / "set.car").close())
    print(f"                      write CAR {write:.2f} s, open it {opened:.2f} s")


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        large_file(Path(name))
        large_directory(Path(name))
