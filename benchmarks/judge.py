"""How much the judge adds to the work that cannot be saved: `python benchmarks/judge.py [IMAGES]`.

Scoring PNG files is compared with the bare network on tensors in memory and with the plain loop over open_clip, which
gives the vectors alone; the hash is in the figure, what else looks at the pixels (BRISQUE and others) is shown apart.
For the search for duplicates see benchmarks/duplicates.py.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from collection.images import encode_png, pixel_sha256
from collection.judge.duplicates.hashes import perceptual_hash
from collection.judge.encoders.cores import on_all_cores
from collection.judge.encoders.embedded_encoder import EfficientNetLite0
from collection.judge.encoders.open_clip_encoder import OpenClip
from collection.judge.pixels.brisque import brisque
from collection.judge.pixels.technical import Technical
from collection.judge.score import Scorers, score
from collection.store.files import Files
from collection.store.records import Asset
from collection.store.store import Store
from collection.torch_environment import prepare_torchvision
from collection.values import ImageEncoder, Pixels, Recipe

SIZE, BATCH, CLIP = 512, 16, "ViT-B-32"


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


def plain_loop(model: str, paths: list[Path]) -> None:
    """What everyone writes: open, preprocess, encode, one batch after another."""
    import open_clip
    import torch
    from PIL import Image

    network, _, preprocess = open_clip.create_model_and_transforms(model)
    network.eval()

    def go() -> None:
        with torch.inference_mode():
            for start in range(0, len(paths), BATCH):
                batch = [preprocess(Image.open(path).convert("RGB")) for path in paths[start : start + BATCH]]
                network.encode_image(torch.stack(batch), normalize=True)

    report("plain open_clip loop over the files", len(paths), seconds(go))


def report(what: str, count: int, spent: float) -> None:
    print(f"  {what:<52} {count / spent:8.1f} images/s")


def judged(name: str, encoder: ImageEncoder, network: Callable[..., object], images: list[Pixels]) -> list[Path]:
    """One encoder from bare network to whole stage; the files that it read."""
    count = len(images)
    encoder.encode(images[:1])
    print(f"{name}: {count} images of {SIZE} px, batches of {BATCH}")
    report("bare network, tensors in memory", count, seconds(lambda: bare(network, count)))
    with on_all_cores(encoder) as shared:
        shared.encode(images[:1])
        report("encode, pixels in memory (resize, normalise)", count, seconds(lambda: encode_all(shared, images)))
    for what, scorers in (
        ("score, PNG files: vector, hash, database", Scorers(encoder, pixels=())),
        ("the same with the technical metrics", Scorers(encoder)),
    ):
        store, files = fill(Path(tempfile.mkdtemp()), images)
        report(what, count, seconds(lambda: score(store, files, scorers, batch_size=BATCH)))  # noqa: B023
        again = seconds(lambda: score(store, files, scorers, batch_size=BATCH))  # noqa: B023
        store.close()
    print(f"  again, with nothing to do: {again:.2f} s")
    return [files.path(sha256) for sha256 in files.names()]


def main() -> None:
    import torch

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 64
    images, embedded = pictures(count), EfficientNetLite0()
    embedded.encode(images[:1])
    judged("EfficientNet-Lite0", embedded, embedded._network.to(memory_format=torch.channels_last), images)
    with tempfile.TemporaryDirectory() as place:
        model = f"local-dir:{open_clip_folder(Path(place, 'model'))}"
        clip = OpenClip(model, device="cpu")
        paths = judged(CLIP, clip, lambda batch: clip._network.encode_image(batch, normalize=True), images)
        plain_loop(model, paths)
    print("What looking costs, on one core")
    report("technical metrics", count, seconds(lambda: [Technical().measure(image) for image in images]))
    report("of these, BRISQUE", count, seconds(lambda: [brisque(grey(image)) for image in images]))
    report("hash", count, seconds(lambda: [perceptual_hash(image) for image in images]))


def grey(image: Pixels) -> np.ndarray:
    return image @ np.array([0.2125, 0.7154, 0.0721]) / 255


def encode_all(encoder: ImageEncoder, images: list[Pixels]) -> None:
    for start in range(0, len(images), BATCH):
        encoder.encode(images[start : start + BATCH])


if __name__ == "__main__":
    main()
