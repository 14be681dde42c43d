"""Our images per second over a bare diffusers loop that saves PNGs: same model, prompts, seeds, batch and steps.

    python benchmarks/generate.py [--images 16] [--batch 4] [--steps 6] [--side 128] [--device cpu] [--shape small|sdxl]

The bare loop is what its users write: a pipeline called with a batch of prompts and generators, and `save` for each
image. Ours is the whole generate stage: PNG with its text chunks, hashes, two thumbnails, durable files and a database.
The first row is the pipeline's calls alone, nothing saved. Weights are random, so that nothing is fetched; rounds
take turns, and the best of each counts.
"""

from __future__ import annotations

import argparse
import string
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from collection.generate.diffusion.generator import Diffusion
from collection.generate.run import generate
from collection.generate.running.batch_result import RenderContext
from collection.generate.running.executor import work
from collection.models.determinism import quiet
from collection.models.device import resolve_device, resolve_dtype
from collection.models.environment import prepare_torchvision
from collection.store.files import Files
from collection.store.library import ImageLibrary
from collection.store.store import Store
from collection.store.thumbnails import Thumbnails
from collection.values import Recipe

PROMPTS = ["a storm over the harbour", "paper boats at dusk", "an old lighthouse", "the first snow of a long winter"]
ROUNDS = 3
SMALL = {
    "block_out_channels": (64, 128, 256),
    "layers_per_block": 2,
    "sample_size": 16,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "attention_head_dim": 8,
}
SDXL = {
    "block_out_channels": (320, 640, 1280),
    "layers_per_block": 2,
    "sample_size": 128,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "attention_head_dim": (5, 10, 20),
    "transformer_layers_per_block": (1, 2, 10),
    "use_linear_projection": True,
}
"""The denoiser of SDXL, 2.3 thousand million weights with these prompts, without its conditions of size."""

NOISE = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}


def random_model(shape: dict[str, Any], folder: Path) -> Path:
    """A Stable Diffusion pipeline of random weights whose denoiser has that shape."""
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    torch.manual_seed(0)
    words = {"<|startoftext|>": 0, "<|endoftext|>": 1}
    for character in string.ascii_lowercase + string.digits + string.punctuation:
        words |= {character: len(words), f"{character}</w>": len(words) + 1}
    small = shape is SMALL
    ends = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    text = CLIPTextConfig(vocab_size=len(words), num_hidden_layers=4 if small else 12, **ends)
    channels = (32, 64, 64, 64) if small else (128, 256, 512, 512)
    vae = AutoencoderKL(
        block_out_channels=channels,
        down_block_types=["DownEncoderBlock2D"] * 4,
        up_block_types=["UpDecoderBlock2D"] * 4,
        layers_per_block=2,
    )
    StableDiffusionPipeline(
        vae=vae,
        text_encoder=CLIPTextModel(text),
        tokenizer=CLIPTokenizer(vocab=words, merges=[], unk_token="<|endoftext|>", model_max_length=77),
        unet=UNet2DConditionModel(cross_attention_dim=text.hidden_size, **shape),
        scheduler=DDIMScheduler(**NOISE),
        safety_checker=None,
        feature_extractor=None,
        image_encoder=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder


def bare_loop(model: Path, args: argparse.Namespace) -> Callable[[Path | None], None]:
    """The loop of a diffusers user; without a folder nothing is saved."""
    import torch
    from diffusers import StableDiffusionPipeline

    device = resolve_device(args.device)
    dtype = resolve_dtype("auto", device)
    pipeline = StableDiffusionPipeline.from_pretrained(model, dtype=dtype, local_files_only=True).to(device)
    pipeline.set_progress_bar_config(disable=True)

    def loop(folder: Path | None) -> None:
        for first in range(0, args.images, args.batch):
            seeds = range(first, first + args.batch)
            images = pipeline(
                [PROMPTS[seed % len(PROMPTS)] for seed in seeds],
                generator=[torch.Generator().manual_seed(seed) for seed in seeds],
                num_inference_steps=args.steps,
                width=args.side,
                height=args.side,
            ).images
            for seed, image in zip(seeds, images, strict=True):
                if folder is not None:
                    image.save(folder / f"{seed:05d}.png")

    return loop


def our_stage(model: Path, args: argparse.Namespace) -> Callable[[Path], None]:
    """The generate stage, in a new project each time; the model stays open, as in a long run."""
    generator = Diffusion(str(model), device=args.device, batch_size=args.batch)
    options = {"steps": args.steps, "batch_size": args.batch}

    def recipe(seed: int) -> Recipe:
        prompt = PROMPTS[seed % len(PROMPTS)]
        return Recipe("diffusion", str(model), seed, args.side, args.side, prompt=prompt, options=options)

    def stage(folder: Path) -> None:
        store, files = Store(folder / "collection.db"), Files(folder / "files")
        store.replace_plan([recipe(seed) for seed in range(args.images)])
        library = ImageLibrary(store, files, Thumbnails(folder / "thumbnails"))
        report = generate(store, files, lambda done: work(library, RenderContext(generator), on_batch_done=done))
        assert report.made == args.images, report
        store.close()

    return stage


def seconds(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def folders(root: Path) -> Iterator[Path]:
    for number in count():
        (root / str(number)).mkdir(parents=True)
        yield root / str(number)


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, default in (("images", 16), ("batch", 4), ("steps", 6), ("side", 128)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--shape", choices=("small", "sdxl"), default="small")
    args = parser.parse_args()
    prepare_torchvision()
    with tempfile.TemporaryDirectory() as root, quiet():
        model = random_model(SMALL if args.shape == "small" else SDXL, Path(root) / "model")
        places = folders(Path(root) / "runs")
        loop, stage = bare_loop(model, args), our_stage(model, args)
        ways: dict[str, Callable[[], None]] = {
            "pipeline calls alone": partial(loop, None),
            "bare loop, PNGs saved": lambda: loop(next(places)),
            "collection generate": lambda: stage(next(places)),
        }
        for way in ways.values():
            way()
        best = {name: min(taken) for name, taken in _rounds(ways).items()}
    print(f"{args.images} images of {args.side} px, {args.steps} steps, batch {args.batch}, {args.shape} model")
    for name, taken in best.items():
        over = best["bare loop, PNGs saved"] / taken
        print(f"{name:<24} {args.images / taken:>7.2f} images/s {over:>6.2f} of the bare loop")


def _rounds(ways: dict[str, Callable[[], None]]) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            taken[name].append(seconds(way))
    return taken


if __name__ == "__main__":
    main()
