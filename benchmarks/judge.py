"""How much the judge adds to the work that cannot be saved: `python benchmarks/judge.py [IMAGES]`.

Scoring a folder of PNG files is compared with the bare network on tensors in memory. For the search for duplicates see
benchmarks/duplicates.py.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from collection.images import encode_png, pixel_sha256
from collection.judge.brisque import brisque
from collection.judge.embedded_encoder import EfficientNetLite0
from collection.judge.hashes import perceptual_hash
from collection.judge.score import Scorers, score
from collection.judge.technical import Technical
from collection.store.files import Files
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import Pixels, Recipe

SIZE, BATCH = 512, 16


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def pictures(count: int) -> list[Pixels]:
    """Smooth colour fields with a little grain, so that PNG and BRISQUE have something to do."""
    from PIL import Image

    rng = np.random.default_rng(0)
    made = []
    for _ in range(count):
        coarse = Image.fromarray(rng.integers(0, 256, (12, 12, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((SIZE, SIZE), Image.Resampling.BICUBIC), np.int16)
        made.append(np.clip(smooth + rng.integers(-4, 5, smooth.shape), 0, 255).astype(np.uint8))
    return made


def fill(folder: Path, images: list[Pixels]) -> tuple[Store, Files]:
    store, files = Store(folder / "collection.db"), Files(folder / "files")
    store.replace_plan([Recipe("painter", "painter/1", seed, SIZE, SIZE) for seed in range(len(images))])
    assets = []
    for planned, pixels in zip(store.planned(), images, strict=True):
        data = encode_png(pixels)
        assets.append(Asset(planned.id, planned.recipe, files.add(data), pixel_sha256(pixels), SIZE, SIZE, len(data)))
    store.add_assets(assets)
    return store, files


def bare(encoder: EfficientNetLite0, count: int) -> None:
    import torch

    batch = torch.rand(BATCH, 3, 224, 224).to(memory_format=torch.channels_last)
    with torch.inference_mode():
        for _ in range(0, count, BATCH):
            encoder._network(batch)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 64
    images, encoder = pictures(count), EfficientNetLite0()
    encoder.encode(images[:BATCH])
    with tempfile.TemporaryDirectory() as folder:
        store, files = fill(Path(folder), images)
        whole = seconds(lambda: score(store, files, Scorers(encoder), batch_size=BATCH))
        again = seconds(lambda: score(store, files, Scorers(encoder), batch_size=BATCH))
        store.close()
    print(f"{count} images of {SIZE} px, batches of {BATCH}")
    print(f"  score, whole stage   {count / whole:8.1f} images/s   (again, with nothing to do: {again:.2f} s)")
    print(f"  bare network         {count / seconds(lambda: bare(encoder, count)):8.1f} images/s")
    print(f"  encode (resize too)  {count / seconds(lambda: encode_all(encoder, images)):8.1f} images/s")
    technical = seconds(lambda: [Technical().measure(image) for image in images])
    print(f"  technical metrics    {count / technical:8.1f} images/s")
    print(f"    of these, BRISQUE  {count / seconds(lambda: [brisque(grey(image)) for image in images]):8.1f} images/s")
    print(
        f"  hash                 {count / seconds(lambda: [perceptual_hash(image) for image in images]):8.1f} images/s"
    )


def grey(image: Pixels) -> np.ndarray:
    return image @ np.array([0.2125, 0.7154, 0.0721]) / 255


def encode_all(encoder: EfficientNetLite0, images: list[Pixels]) -> None:
    for start in range(0, len(images), BATCH):
        encoder.encode(images[start : start + BATCH])


if __name__ == "__main__":
    main()
