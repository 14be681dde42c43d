"""The small models of our own, measured on what was kept from their training, beside chance, copies and the real set.

The data that it needs (`python -m training.prepare`) lies outside the repository; without it nothing is measured.
With --pipeline FOLDER a diffusers folder (`python -m training.pipeline_export`) is measured too.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parent.parent))

import itertools

from collection.judge.encoders.tiny_clip import TinyClip
from collection.models.environment import prepare_torchvision
from training.captions import short
from training.clip_data import Examples, load
from training.clip_measures import classes, measure
from training.places import workshop
from training.styles import DRAWN
from training.words import with_article

THINGS = ("fox", "house", "automobile", "guitar", "octopus", "red apple", "airplane", "umbrella", "owl", "sailboat")
BLEND = (0.0, 0.25, 0.5, 0.75, 1.0)
STEPS, GUIDANCE = 12, 3.0
NEAR_COPY = 0.95
"""Cosine of two pictures' features from which on one is all but a copy of the other."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pipeline", type=Path)
    options = parser.parse_args()
    if not (workshop() / "features.safetensors").is_file():
        print(f"there is no data in {workshop()}: python -m training.prepare makes it; nothing is measured")
        return
    prepare_torchvision()
    torch.set_num_threads(2)
    examples = load()
    network, texts = clip()
    with torch.inference_mode():
        pictures = torch.nn.functional.normalize(network.visual.head(examples.features), dim=1)
    table("The CLIP, on what was kept from training", measure(examples, pictures, texts, scale_of(network)))
    kept = torch.nn.functional.normalize(examples.features, dim=1).numpy()
    kept = torch.from_numpy(TinyClip().project_images(kept))
    table(
        "The same from vectors of length 1, as the package keeps them",
        measure(examples, kept, texts, scale_of(network)),
    )
    table("Copies", copies(examples, pictures, texts))
    if options.pipeline:
        measure_pipeline(options.pipeline, examples, network, texts)


def table(title: str, values: dict[str, float]) -> None:
    print(f"\n{title}")
    for name, value in values.items():
        print(f"  {name:44} {value:10.4f}")


def clip() -> tuple[Any, Any]:
    """The shipped model through open_clip's own door: the network, and texts to unit vectors."""
    import open_clip

    from collection.judge.encoders.tiny_clip.open_clip_folder import clip_folder

    place = f"local-dir:{clip_folder()}"
    network, tokenizer = open_clip.create_model(place).eval(), open_clip.get_tokenizer(place)

    def texts(words: list[str]) -> Tensor:
        with torch.inference_mode():
            return network.encode_text(tokenizer(words), normalize=True)

    return network, texts


def scale_of(network: Any) -> float:
    return float(network.logit_scale.exp())


def copies(examples: Examples, pictures: Tensor, texts: Any) -> dict[str, float]:
    """How much of the held-out combinations is known from nearly equal training pictures, and what is left without."""
    held = _plain(examples, "combination")
    trained = examples.rows("train", ["drawing"])
    unit = torch.nn.functional.normalize(examples.features, dim=1)
    near = (unit[held] @ unit[trained].T).max(dim=1)
    names = [examples.pictures[row].things[0].name for row in held]
    nearest = [examples.pictures[trained[place]].things[0].name for place in near.indices]
    fresh = [row for row, cosine in zip(held, near.values, strict=True) if cosine < NEAR_COPY]
    all_names = sorted(set(names))
    answers = texts([with_article(short(name)) for name in all_names])
    guess = (pictures[fresh] @ answers.T).argmax(dim=1)
    right = [all_names[place] == examples.pictures[row].things[0].name for place, row in zip(guess, fresh, strict=True)]
    return {
        "share with a near copy in training": 1 - len(fresh) / len(held),
        "name of the nearest training picture is right": sum(map(str.__eq__, names, nearest)) / len(names),
        "picture to name top 1, without near copies": sum(right) / max(1, len(right)),
    }


def _plain(examples: Examples, part: str) -> list[int]:
    return [
        row
        for row in examples.rows(part, ["drawing"])
        if (made := examples.pictures[row].composition) and made.kind == "plain"
    ]


def measure_pipeline(folder: Path, examples: Examples, network: Any, texts: Any) -> None:
    """Things and styles of made pictures, blends, distance, memorisation, time: beside the real drawings."""
    from diffusers import StableDiffusionPipeline

    pipeline = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    asked = [(thing, style) for thing in THINGS for style in DRAWN]
    started = time.perf_counter()
    made = paint(pipeline, [f"{with_article(short(thing))}, {DRAWN[style][0]}" for thing, style in asked])
    seconds = (time.perf_counter() - started) / len(asked)
    features = encode(made)
    table("Made pictures", {
        **judged(asked, features, examples, network, texts),
        "feature distance to the real set": distance(features, examples.features[_plain(examples, "train")]),
        "share that dedupe calls a copy of a training picture": memorised(features, examples),
        "seconds a picture": seconds,
        "largest memory, GB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    })  # fmt: skip
    real = [row for row in _plain(examples, "train") if examples.pictures[row].things[0].name in THINGS]
    known = [(examples.pictures[row].things[0].name, _set(examples, row)) for row in real]
    table("The real drawings of the same things", judged(known, examples.features[real], examples, network, texts))
    table("Blends", {"share of steps in which the style moves with its weight": blends(pipeline, network, texts)})


def _set(examples: Examples, row: int) -> str:
    made = examples.pictures[row].composition
    assert made is not None
    return made.set


def paint(pipeline: Any, prompts: Sequence[str]) -> list[Any]:
    """One picture a prompt, each from its own seed."""
    found = []
    for start in range(0, len(prompts), 8):
        batch = list(prompts[start : start + 8])
        seeds = [torch.Generator().manual_seed(start + place) for place in range(len(batch))]
        found += pipeline(
            batch, num_inference_steps=STEPS, guidance_scale=GUIDANCE, generator=seeds, output_type="np"
        ).images.tolist()  # fmt: skip
    return [np.asarray(np.asarray(image) * 255, np.uint8) for image in found]


def encode(pictures: Sequence[Any]) -> Tensor:
    from training.prepare import _encode

    return torch.from_numpy(_encode(pictures)).float()


def judged(
    asked: Sequence[tuple[str, str]], features: Tensor, examples: Examples, network: Any, texts: Any
) -> dict[str, float]:
    """Right thing and right style: by the CLIP, and by the nearest class mean of the picture tower's own features."""
    things, styles = sorted({thing for thing, _ in asked}), list(DRAWN)
    with torch.inference_mode():
        vectors = torch.nn.functional.normalize(network.visual.head(features), dim=1)
    by_thing = vectors @ classes([with_article(short(name)) for name in things], texts).T
    by_style = vectors @ classes([DRAWN[name][0] for name in styles], texts).T
    rows = _plain(examples, "train")
    unit = torch.nn.functional.normalize(features, dim=1)
    thing_means = _means(examples, rows, things, [examples.pictures[row].things[0].name for row in rows])
    style_means = _means(examples, rows, styles, [_set(examples, row) for row in rows])
    want_thing = torch.tensor([things.index(thing) for thing, _ in asked])
    want_style = torch.tensor([styles.index(style) for _, style in asked])
    return {
        f"right thing of {len(things)}, by the CLIP": _share(by_thing, want_thing),
        f"right thing of {len(things)}, by class means": _share(unit @ thing_means.T, want_thing),
        "right style of 7, by the CLIP": _share(by_style, want_style),
        "right style of 7, by class means": _share(unit @ style_means.T, want_style),
    }


def _means(examples: Examples, rows: Sequence[int], names: Sequence[str], held: Sequence[str]) -> Tensor:
    unit = torch.nn.functional.normalize(examples.features[list(rows)], dim=1)
    means = [unit[[place for place, name in enumerate(held) if name == wanted]].mean(dim=0) for wanted in names]
    return torch.nn.functional.normalize(torch.stack(means), dim=1)


def _share(scores: Tensor, wanted: Tensor) -> float:
    return (scores.argmax(dim=1) == wanted).float().mean().item()


def distance(made: Tensor, real: Tensor) -> float:
    """Frechet distance of the features' first 64 principal directions: of so few pictures more cannot be estimated."""
    directions = torch.linalg.svd(real - real.mean(dim=0), full_matrices=False).Vh[:64]
    one, other = ((each - real.mean(dim=0)) @ directions.T for each in (made, real))
    covariances = torch.cov(one.T), torch.cov(other.T)
    product = torch.linalg.eigvals(covariances[0] @ covariances[1]).real.clamp(min=0).sqrt().sum()
    means = (one.mean(dim=0) - other.mean(dim=0)).square().sum()
    return float(means + covariances[0].trace() + covariances[1].trace() - 2 * product)


def memorised(made: Tensor, examples: Examples) -> float:
    """The share of pictures as near to a training picture as near copies are to each other."""
    unit = torch.nn.functional.normalize(made, dim=1)
    trained = torch.nn.functional.normalize(examples.features[examples.rows("train", ["drawing"])], dim=1)
    return ((unit @ trained.T).max(dim=1).values > NEAR_COPY).float().mean().item()


def blends(pipeline: Any, network: Any, texts: Any) -> float:
    """Embeddings of two styles mixed by weight: in how many steps the second style's probability does not fall."""
    rises, steps = 0, 0
    one, other = "flat icon style", "shaded icon style"
    ends = classes([one, other], texts)
    for number, thing in enumerate(THINGS):
        embeds = [
            pipeline.encode_prompt(f"{with_article(short(thing))}, {style}", "cpu", 1, True) for style in (one, other)
        ]
        seen = []
        for weight in BLEND:
            mixed = (1 - weight) * embeds[0][0] + weight * embeds[1][0]
            picture = pipeline(
                prompt_embeds=mixed, negative_prompt_embeds=embeds[0][1], num_inference_steps=STEPS,
                guidance_scale=GUIDANCE, generator=torch.Generator().manual_seed(number), output_type="np",
            ).images[0]  # fmt: skip
            features = encode([np.asarray(picture * 255, np.uint8)])
            with torch.inference_mode():
                vector = torch.nn.functional.normalize(network.visual.head(features), dim=1)
            seen.append(float((scale_of(network) * vector @ ends.T).softmax(dim=1)[0, 1]))
        rises += sum(later >= earlier for earlier, later in itertools.pairwise(seen))
        steps += len(seen) - 1
    return rises / steps


if __name__ == "__main__":
    main()
