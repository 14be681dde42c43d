"""The small models of our own, measured on what was kept from their training, beside chance, copies and the real set.

The data that it needs (`python -m training.prepare`) lies outside the repository; without it nothing is measured.
With --pipeline the text-to-image pipeline is measured instead, for which pictures.zip is enough; --card writes what was
measured into its model card. With --heads the metrics `whole` and `clean` are, on damaged copies of pictures that they
did not learn from, for which the drawings of training/art are enough.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parent.parent))

from collection.generate.diffusion.find import PACKAGED
from collection.judge.encoders.tiny_clip import TinyClip
from collection.models.environment import prepare_torchvision
from training.captions import short
from training.clip_data import Examples, load
from training.clip_measures import measure
from training.places import workshop
from training.words import with_article

NEAR_COPY = 0.95
"""Cosine of two pictures' features from which on one is all but a copy of the other."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pipeline", type=Path, nargs="?", const=PACKAGED["tiny/2"], metavar="FOLDER")
    parser.add_argument("--card", action="store_true", help="with --pipeline: write the tables into the model card")
    parser.add_argument("--heads", action="store_true", help="measure the heads that see damage, and nothing else")
    options = parser.parse_args()
    if options.heads:
        heads()
        return
    needed = "pictures.zip" if options.pipeline else "features.safetensors"
    if not (workshop() / needed).is_file():
        print(f"there is no {needed} in {workshop()}: python -m training.prepare makes it; nothing is measured")
        return
    prepare_torchvision()
    if options.pipeline:
        from training.pipeline_report import report

        report(options.pipeline, options.card)
        return
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


def table(title: str, values: dict[str, float]) -> None:
    print(f"\n{title}")
    for name, value in values.items():
        print(f"  {name:44} {value:10.4f}")


def heads() -> None:
    """How often a whole picture has a higher number than a damaged one: among all of its group, and than its copy."""
    from collection.judge.damage import DAMAGES
    from training.heads_data import groups
    from training.heads_train import measures

    print(f"{'':20}" + "".join(f"{damage:>18}" for damage in DAMAGES))
    for group, told in measures(groups()).items():
        shown = (f"{among:.3f} / {own:.2f}" for among, own in (told[damage] for damage in DAMAGES))
        print(f"{group:20}" + "".join(f"{each:>18}" for each in shown))


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


if __name__ == "__main__":
    main()
