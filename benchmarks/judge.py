"""How much the judge adds to the work that cannot be saved: `python benchmarks/judge.py [IMAGES] [SIZE]`.

Scoring PNG files is compared with the bare network on tensors in memory and with the plain loop over open_clip, which
gives the vectors alone; the hash is in the figure, what else looks at the pixels (BRISQUE and others) is shown apart.
No loop around the bare network is faster than the last line, in which no core is ever idle; an encoder that does
without the bare network's threads can be.
For the search for duplicates see benchmarks/duplicates.py.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from collection.judge.duplicates.hashes import fingerprint, perceptual_hash
from collection.judge.encoders.embedded_encoder import EfficientNetLite0
from collection.judge.encoders.open_clip_encoder import OpenClip
from collection.judge.pixels.brisque import brisque
from collection.judge.pixels.luminance import fine_luminance
from collection.judge.pixels.pixel_metrics import PixelMetrics
from collection.judge.score import Scorers, score
from collection.models.environment import prepare_torchvision
from collection.pictures.files import encode_png, pixel_sha256, read_picture
from collection.store.files import Files
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import ImageEncoder, Pixels, Recipe

SIZE = int(sys.argv[2]) if len(sys.argv) > 2 else 512
BATCH, ROUNDS, CLIP = 16, 3, "ViT-B-32"
_LOOKING = "decoding and hash, on one core"


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


def open_clip_folder(folder: Path) -> Path:
    """A ViT-B/32 of random weights, moved in one place so that they count as trained: for its speed alone."""
    prepare_torchvision()
    import open_clip
    import torch

    network = open_clip.create_model(CLIP, load_weights=False, pretrained_text=False)
    with torch.no_grad():
        network.visual.ln_post.weight.mul_(1.5)
    folder.mkdir()
    torch.save(network.state_dict(), folder / "open_clip_pytorch_model.bin")
    treatment = {"mean": open_clip.OPENAI_DATASET_MEAN, "std": open_clip.OPENAI_DATASET_STD}
    config = {
        "model_cfg": {**open_clip.get_model_config(CLIP), "quick_gelu": False},
        "preprocess_cfg": {**treatment, "interpolation": "bicubic", "resize_mode": "shortest"},
    }
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    return folder


def bare(network: Callable[..., object], count: int) -> None:
    """The network alone, on tensors in memory, with the threads that torch takes of itself."""
    import torch

    batch = torch.rand(BATCH, 3, 224, 224)
    with torch.inference_mode():
        for _ in range(0, count, BATCH):
            network(batch)


def plain_loop(network: Callable[..., object], preprocess: Callable[..., Any], paths: list[Path]) -> float:
    """Seconds of what everyone writes: open, preprocess, encode, one batch after another."""
    import torch
    from PIL import Image

    def go() -> None:
        with torch.inference_mode():
            for start in range(0, len(paths), BATCH):
                batch = [preprocess(Image.open(path).convert("RGB")) for path in paths[start : start + BATCH]]
                network(torch.stack(batch))

    return seconds(go)


def look(paths: list[Path]) -> None:
    """What any scoring needs besides the network, on one core."""
    for path in paths:
        fingerprint(read_picture(path.read_bytes()).pixels)


def report(what: str, count: int, spent: float, over: float | None = None) -> None:
    times = f"  {over / spent:5.2f} of the bare network" if over else ""
    print(f"  {what:<52} {count / spent:8.1f} images/s{times}")


def judged(
    name: str, encoder: ImageEncoder, network: Callable[..., object], preprocess: Callable[..., Any] | None,
    images: list[Pixels],
) -> None:  # fmt: skip
    """One encoder from bare network to whole stage: each in turn, ROUNDS times, of which the median counts."""
    count = len(images)
    loading = seconds(lambda: (encoder.encode(images[:1]), encoder.model))
    print(f"{name} (loaded and its weights hashed in {loading:.1f} s): {count} images of {SIZE} px")
    with tempfile.TemporaryDirectory() as place:
        _, files = fill(Path(place), images)
        paths = [files.path(sha256) for sha256 in files.names()]
        alone, work = "bare network, tensors in memory", dict[str, Callable[[], float]]()
        work[alone] = lambda: seconds(lambda: bare(network, count))
        if preprocess:
            work["plain open_clip loop over PNG files: vector"] = lambda: plain_loop(network, preprocess, paths)
        work["score, PNG files: vector, hash, database"] = lambda: stage(Scorers(encoder, pixels=()), images)
        work["the same with the technical metrics"] = lambda: stage(Scorers(encoder), images)
        work[_LOOKING] = lambda: seconds(lambda: look(paths))
        spent = [{what: work() for what, work in work.items()} for _ in range(ROUNDS)]
    median = {what: statistics.median(times[what] for times in spent) for what in work}
    looking = median.pop(_LOOKING)
    for what in median:
        report(what, count, median[what], median[alone])
    least = median[alone] + looking / (os.cpu_count() or 1)
    report("bare network, decoding and hash, no core idle", count, least, median[alone])


def stage(scorers: Scorers, images: list[Pixels]) -> float:
    """Seconds that `score` takes for a new project with these pictures."""
    with tempfile.TemporaryDirectory() as place:
        store, files = fill(Path(place), images)
        spent = seconds(lambda: score(store, files, scorers))
        store.close()
    return spent


def main() -> None:
    prepare_torchvision()
    import open_clip
    import torch

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 64
    images, embedded = pictures(count), EfficientNetLite0()
    embedded.encode(images[:1])
    judged("EfficientNet-Lite0", embedded, embedded._network.to(memory_format=torch.channels_last), None, images)
    with tempfile.TemporaryDirectory() as place:
        model = f"local-dir:{open_clip_folder(Path(place, 'model'))}"
        network, _, preprocess = open_clip.create_model_and_transforms(model)
        network.eval()
        encode = partial(network.encode_image, normalize=True)
        judged(CLIP, OpenClip(model, device="cpu"), encode, preprocess, images)
    print("What looking costs, on one core")
    pixel_metrics = PixelMetrics()
    report("metrics of pixels", count, seconds(lambda: [pixel_metrics.measure(image) for image in images]))
    report("of these, BRISQUE", count, seconds(lambda: [brisque(fine_luminance(image)) for image in images]))
    report("hash", count, seconds(lambda: [perceptual_hash(image) for image in images]))


if __name__ == "__main__":
    main()
