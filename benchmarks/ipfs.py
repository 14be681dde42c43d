"""How near content addressing comes to its physical limits: SHA-256 over the same bytes, and a copy of them.

    python benchmarks/ipfs.py [MIB]

Each figure is the best of five runs. The file lies in the page cache, so that reading it is not what is measured, and
what is written goes there too. `collection pin` waits for the disk only where the CAR file gets its receipt, while
other storages are served; with that wait it stands below, beside a bare copy with the same wait: what the disk takes.
The processor's seconds hold those of the kernel: it copies each byte twice, and so no CAR file costs less of them than
SHA-256 and two copies together.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from collection.unixfs import Car, directory_cid, file_cid, graph_of, write_car, write_entry_car

MIB = 1 << 20
FILE = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
"""MiB of the large file."""
ENTRIES = 10_000


def measured(work: Callable[[], Any], made: Path | None = None) -> tuple[float, float]:
    """Seconds by the clock and of the processor; the file that was `made` is gone before each run."""
    clock, processor = [], []
    for _ in range(5):
        if made:
            made.unlink(missing_ok=True)
        begin, spent = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - begin)
        processor.append(time.process_time() - spent)
    return min(clock), min(processor)


def best(work: Callable[[], Any]) -> float:
    return measured(work)[0]


def raw_sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(MIB):
            digest.update(piece)
    return digest.hexdigest()


def sha256_by_cores(path: Path) -> None:
    """A core each for parts of the file: what hashing takes at least where the parts need nothing of each other."""
    parts = os.cpu_count() or 1

    def part(place: int) -> bytes:
        digest, buffer = hashlib.sha256(), memoryview(bytearray(MIB))
        with path.open("rb", buffering=0) as file:
            for at in range(FILE * place // parts, FILE * (place + 1) // parts):
                file.seek(at * MIB)
                file.readinto(buffer)
                digest.update(buffer)
        return digest.digest()

    with ThreadPoolExecutor(parts) as pool:
        list(pool.map(part, range(parts)))


def copy(source: Path, target: Path) -> None:
    """What a disk takes at least: the bytes, and their fsync."""
    with source.open("rb") as old, target.open("wb") as new:
        while piece := old.read(MIB):
            new.write(piece)
        new.flush()
        os.fsync(new.fileno())


def hash_and_copy(source: Path, target: Path) -> None:
    """What a CAR file and its CIDs take on one core at least: each byte is read, hashed and written once."""
    digest, buffer = hashlib.sha256(), memoryview(bytearray(MIB))
    with source.open("rb", buffering=0) as old, target.open("wb", buffering=0) as new:
        while count := old.readinto(buffer):
            digest.update(buffer[:count])
            new.write(buffer[:count])


def large_file(folder: Path) -> None:
    path, car = folder / "large", folder / "large.car"
    rng = random.Random(0)
    with path.open("wb") as file:
        file.writelines(rng.randbytes(MIB) for _ in range(FILE))
    print(f"file of {FILE} MiB                         seconds  of sha256  processor  of sha256")
    limit = measured(lambda: raw_sha256(path))
    for what, work in {
        "sha256": lambda: raw_sha256(path),
        "sha256 of its parts, on all cores": lambda: sha256_by_cores(path),
        "CID": lambda: file_cid(path),
        "sha256 and copy, on one core": lambda: hash_and_copy(path, car),
        "CID and CAR in one pass": lambda: write_entry_car(car, path, wait=False),
        "copy, with fsync": lambda: copy(path, car),
        "CID and CAR in one pass, with fsync": lambda: write_entry_car(car, path),
    }.items():
        clock, processor = limit if what == "sha256" else measured(work, car)
        print(f"{what:40} {clock:7.2f} {clock / limit[0]:8.2f} x {processor:9.2f} {processor / limit[1]:8.2f} x")
    graph = graph_of(path)
    write = best(lambda: write_car(car, graph, graph.cid))
    with Car(car) as opened:
        verify = best(opened.verify)
    print(f"a graph that is there: write its CAR {FILE / write:.0f} MiB/s, verify it {FILE / verify:.0f} MiB/s")


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
