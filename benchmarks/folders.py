"""How long pictures from elsewhere take to become images of a project: `python benchmarks/folders.py [FILES]`.

Photograph-like pictures of 1024 pixels, as PNG (kept byte for byte) and as JPEG (kept, and written anew as PNG), each
with two thumbnails and its row in the database. Goal: 10,000 in minutes.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from collection.importers.pictures import import_folder
from collection.store.files import Files
from collection.store.library import ImageLibrary
from collection.store.store import Store
from collection.store.thumbnails import Thumbnails

SIDE = 1024


def fill(folder: Path, count: int, suffix: str) -> None:
    """Smooth fields of colour with grain: no file compresses to nothing."""
    rng = np.random.default_rng(0)
    for number in range(count):
        coarse = Image.fromarray(rng.integers(0, 256, (24, 24, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.int16)
        grain = rng.normal(0, 2, smooth.shape).astype(np.int16)
        picture = Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))
        picture.save(folder / f"{number:05d}{suffix}", quality=92)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 48
    print(f"{count} files of {SIDE} px, {os.cpu_count()} cores")
    for suffix in (".png", ".jpg"):
        with tempfile.TemporaryDirectory() as place:
            source, project = Path(place, "from"), Path(place, "project")
            source.mkdir()
            project.mkdir()
            fill(source, count, suffix)
            store, files = Store(project / "collection.db"), Files(project / "files")
            library = ImageLibrary(store, files, Thumbnails(project / "thumbs"))
            wall, cpu = time.perf_counter(), time.process_time()
            report = import_folder(library, source)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            size = sum(path.stat().st_size for path in files.folder.rglob("*") if path.is_file())
            store.close()
        assert len(report.imported) == count
        print(
            f"  {suffix}  {1000 * wall / count:6.1f} ms a file, {1000 * cpu / count:6.1f} ms of a core; "
            f"10,000 in {wall / count * 10_000 / 60:5.1f} minutes; {size / count / 1e6:.2f} MB kept a file"
        )


if __name__ == "__main__":
    main()
