"""Write the trained pipeline as a diffusers folder: `python -m training.pipeline_export`, into the package."""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from collection.atomic_file import write_durably
from collection.generate.diffusion.find import PACKAGED
from collection.generate.diffusion.model_words import FILE
from collection.train import checkpoints
from training.captions import FRAMES, short
from training.compose import Composition
from training.denoiser_train import BATCH, learned, pipeline_of, text_tower_for
from training.pictures import Library, open_library
from training.pipeline_model import save
from training.places import workshop
from training.styles import DRAWN

(SHIPPED,) = PACKAGED.values()
JOINERS = ("a", "an", "and", "on", "the", "in", "with", "background", "style")
"""Words of captions, beside those of their frames, that say nothing alone."""


def main() -> None:
    """From the checkpoints to a folder that `DiffusionPipeline.from_pretrained` opens."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=SHIPPED)
    parser.add_argument("--everything", action="store_true", help="all groups of things were learned")
    options = parser.parse_args()
    folder: Path = options.folder
    latents = checkpoints.read(workshop() / "latents.pt")
    state = checkpoints.read(workshop() / "denoiser" / "checkpoint.pt")
    assert latents is not None and state is not None, "train first: python -m training.denoiser_train"
    library = open_library()
    pictures = learned(library, options.everything)
    words = text_tower_for([library.picture(one) for one in pictures])
    save(pipeline_of(state["average"], latents["vae"], *words), folder)
    _open_in_float32(folder / "text_encoder" / "config.json")
    made = [one for one in pictures if isinstance(one, Composition)]
    trained = {"steps": state["step"], "batch": BATCH, "seconds": round(state["spent"])}
    written = json.dumps({"trained": trained, **words_of(library, made)}, indent=1, ensure_ascii=False)
    write_durably(folder / FILE, written.encode() + b"\n")
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"{folder}: {size / 1e6:.1f} MB after {state['step']} steps")


def _open_in_float32(config: Path) -> None:
    """transformers opens a model in the numbers that its configuration names, diffusers in float32: one pipeline has to
    be opened alike."""
    found = json.loads(config.read_text("utf-8"))
    write_durably(config, json.dumps({**found, "dtype": "float32"}, indent=2).encode() + b"\n")


def words_of(library: Library, made: list[Composition]) -> dict[str, Any]:
    """What the captions of the pictures that were learned from say: things by group, styles, coloured grounds.

    Of white, which nearly every drawing without a word for its ground has, captions do not speak.
    """
    things: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for code in sorted({code for one in made if one.kind in ("plain", "varied") for code in one.codes}):
        thing = library.things[code]
        ways = things[thing.group].setdefault(short(thing.name), [short(thing.name)])
        ways += [thing.name] if thing.name not in ways else []
    styles = {ways[0]: [*ways] for name, ways in DRAWN.items() if any(one.set == name for one in made)}
    grounds = sorted({one.ground for one in made} - {"white", ""})
    silent = {word for frame in FRAMES for word in frame.lower().replace(",", " ").split()} - {"{}"}
    return {
        "words": {**things, "Style": styles, "Ground": {name: [f"{name} background"] for name in grounds}},
        "silent": sorted({*silent, *JOINERS}),
    }


if __name__ == "__main__":
    from collection.models.environment import prepare_torchvision

    prepare_torchvision()
    main()
