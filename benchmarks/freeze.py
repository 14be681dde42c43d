"""How long it takes to freeze a large set: metadata, rarity, proofs, CIDs, and every file on the disk.

    python benchmarks/freeze.py [TOKENS]

The pictures are small files, so that their bytes are not what is measured. Beside it stands what the files take alone:
as many small ones, written and on the disk. On ext4 a file that is made takes up to a millisecond, and not 0.03, where
many were removed within the last minutes: TMPDIR names a folder elsewhere.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from collection.config import Config
from collection.publish.freeze import freeze
from collection.store.files import Files
from collection.store.records import Asset
from collection.store.review_records import Selection
from collection.store.store import Store
from collection.values import Recipe


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of the processor with those of the kernel."""
    begin, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begin, time.process_time() - processor


def measure(folder: Path, tokens: int) -> tuple[float, float]:
    store, files = Store(folder / "collection.db"), Files(folder / "files")
    recipes = [
        Recipe("painter", "painter/1", seed, 512, 512, "main", f"harbour {seed}", traits={"hat": f"hat {seed % 37}"})
        for seed in range(tokens)
    ]
    store.replace_plan(recipes)
    pictures = files.add_all([b"picture %d" % number for number in range(tokens)])
    planned = store.planned()
    store.add_assets(
        [
            Asset(one.id, one.recipe, picture, f"{one.id:064x}", 512, 512, 9, {"engine": "e"}, {"Motif": "Sea"})
            for one, picture in zip(planned, pictures, strict=True)
        ]
    )
    store.replace_selection([Selection(one.id, one.id, "best") for one in planned], "x", {})
    config = Config.model_validate({"title": "Speed", "supply": tokens, "seed": "s"})
    return spent(lambda: freeze(store, files, config))


def files_alone(folder: Path, tokens: int) -> tuple[float, float]:
    """What the disk and the kernel take for one file of 1.5 kB a token."""
    contents = [(b"%064d" % number) * 24 for number in range(tokens)]
    files = Files(folder)
    return spent(lambda: [files.add_all(contents[first : first + 500]) for first in range(0, tokens, 500)])


if __name__ == "__main__":
    counts = [int(sys.argv[1])] if len(sys.argv) > 1 else [1_000, 10_000]
    print("tokens   seconds  processor   files alone  processor")
    for count in counts:
        with TemporaryDirectory() as name:
            whole, files = measure(Path(name), count), files_alone(Path(name) / "alone", count)
            print(f"{count:6}   {whole[0]:7.2f} {whole[1]:10.2f} {files[0]:13.2f} {files[1]:10.2f}")
