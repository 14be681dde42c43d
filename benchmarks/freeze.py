"""How long it takes to freeze a large set: metadata, rarity, proofs, CIDs, and every file on the disk.

    python benchmarks/freeze.py [TOKENS]

The pictures are small files, so that their bytes are not what is measured.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from collection.config import Config
from collection.publish.freeze import freeze
from collection.store.files import Files
from collection.store.records import Asset, Selection
from collection.store.store import Store
from collection.values import Recipe


def measure(folder: Path, tokens: int) -> float:
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
    started = time.perf_counter()
    freeze(store, files, config)
    return time.perf_counter() - started


if __name__ == "__main__":
    counts = [int(sys.argv[1])] if len(sys.argv) > 1 else [1_000, 10_000]
    print("tokens   seconds")
    for count in counts:
        with TemporaryDirectory() as name:
            print(f"{count:6}   {measure(Path(name), count):7.2f}")
