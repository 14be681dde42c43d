"""The tables of the pipeline's model card: `python benchmarks/own_model.py --pipeline --card` writes them into it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from collection.config.models import model_presets
from collection.generate.diffusion.find import PACKAGED
from collection.generate.diffusion.model_words import FILE
from collection.judge.encoders.tiny_clip import TinyClip
from training.pictures import Library, open_library
from training.pipeline_measures import (
    PAIRS,
    WEIGHTS,
    Shown,
    asked,
    drawn,
    judged,
    known,
    painted,
    painted_lines,
    style_over_weight,
    without,
    words_for_drawing,
    world_of_drawings,
    world_of_painter,
)
from training.prepare import encode
from training.styles import DRAWN

MADE, LINES, SCENES = 28, 2, 300
"""Pictures of a column; blends of each pair of styles; painter's scenes that its pictures are compared with."""
CARD = PACKAGED["tiny/2"] / "README.md"
_MEASURED = re.compile(r"(<!-- measured -->\n).*(<!-- end -->)", re.DOTALL)
COST = """
import resource, sys, time
sys.path.insert(0, {root!r})
from collection.values import Recipe
import torch
torch.set_num_threads(1)
{opened}
recipes = [Recipe({generator!r}, {model!r}, seed, {side}, {side}, prompt={prompt!r}, options={options!r})
           for seed in range(5)]
painter.generate(recipes[:1])
started = time.process_time()
for recipe in recipes[1:]:
    painter.generate([recipe])
print((time.process_time() - started) / 4, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""
"""A program that says what a picture takes, made as the package makes it, in a process of its own."""


def report(folder: Path, card: bool) -> None:
    """Measure the pipeline in `folder`, print the tables, and write them into the model card if that is wanted."""
    started, library, clip = time.monotonic(), open_library(), TinyClip()
    preset = model_presets()["tiny"]
    painter = _Pipeline(folder, preset.steps, preset.guidance)
    drawings, scenes = world_of_drawings(library), world_of_painter(library, SCENES)
    columns: dict[str, dict[str, float]] = {}
    for which, name in (("train", "trained"), ("combination", "new")):
        pairs = asked(library, which, MADE)
        real = drawn(library, pairs)
        columns[f"made, {name} combinations"] = judged(painter.shown(real), drawings, clip)
        columns[f"drawn, {name} combinations"] = judged(real, without(drawings, real), clip)
    columns["the painter's"] = judged(painted(library, "test", MADE), scenes, clip)
    blends = {
        "the pipeline": style_over_weight(painter.lines(library), drawings, clip),
        "the painter": style_over_weight(painted_lines(LINES), scenes, clip),
    }
    text = "\n\n".join((
        _told(folder, library), _table(columns), _blend_table(blends), _costs(folder, preset.steps, preset.guidance)
    ))  # fmt: skip
    print(text)
    print(f"\nmeasured in {time.monotonic() - started:.0f} s")
    if card:
        page, count = _MEASURED.subn(lambda found: f"{found[1]}{text}\n{found[2]}", CARD.read_text("utf-8"))
        assert count == 1, f"{CARD} has no place for the tables"
        CARD.write_text(page, "utf-8")


class _Pipeline:
    """The folder, opened by diffusers' own door."""

    def __init__(self, folder: Path, steps: int, guidance: float) -> None:
        from diffusers import DiffusionPipeline

        torch.set_num_threads(1)
        self._pipeline = DiffusionPipeline.from_pretrained(folder, dtype=torch.float32)
        self._pipeline.set_progress_bar_config(disable=True)
        self._how = {"num_inference_steps": steps, "guidance_scale": guidance, "output_type": "np"}

    def shown(self, real: Shown) -> Shown:
        """A picture for the words of each drawing, each from its own seed."""
        made = self._made([self._embeds(words) for words in real.words], range(len(real.words)))
        return Shown(made, real.things, real.styles, real.words, encode(made).astype(np.float32))

    def lines(self, library: Library) -> Iterator[tuple[tuple[str, str], Sequence[Any]]]:
        """LINES things a pair of styles, at each weight from the same seed."""
        codes = known(library)
        for number, pair in enumerate(PAIRS):
            for place in range(LINES):
                seed = number * LINES + place
                name = library.things[codes[seed * len(codes) // (LINES * len(PAIRS))]].name
                one, other = (self._embeds(words_for_drawing(name, style)) for style in pair)
                mixed = [(1 - weight) * one + weight * other for weight in WEIGHTS]
                yield pair, self._made(mixed, [seed] * len(WEIGHTS))

    def _embeds(self, words: str) -> torch.Tensor:
        with torch.no_grad():
            found: torch.Tensor = self._pipeline.encode_prompt(words, "cpu", 1, False)[0]
        return found

    def _made(self, embeds: Sequence[torch.Tensor], seeds: Sequence[int]) -> list[Any]:
        nothing, found = self._embeds(""), list[Any]()
        for start in range(0, len(embeds), 14):
            batch, numbers = embeds[start : start + 14], seeds[start : start + 14]
            found += [*self._pipeline(
                prompt_embeds=torch.cat([*batch]), negative_prompt_embeds=nothing.repeat(len(batch), 1, 1),
                generator=[torch.Generator().manual_seed(seed) for seed in numbers], **self._how,
            ).images]  # fmt: skip
        return [np.asarray(image * 255 + 0.5, np.uint8) for image in found]


def _told(folder: Path, library: Library) -> str:
    trained = json.loads((folder / FILE).read_text("utf-8")).get("trained", {})
    return (
        f"After {trained.get('steps', 0):,} steps of {trained.get('batch', 0)} pictures, "
        f"{trained.get('seconds', 0) / 60:.0f} minutes on a processor; {len(known(library))} things, "
        f"{len(DRAWN)} styles. {MADE} pictures a column; the classifier does not know the drawings it is asked about."
    )


def _table(columns: dict[str, dict[str, float]]) -> str:
    """Columns side by side; what is of another number of things in the painter's world stands in brackets there."""
    first = next(iter(columns.values()))
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for row, name in enumerate(first):
        cells = []
        for values in columns.values():
            other, value = list(values.items())[row]
            of = re.search(r"of (\d+),", other)
            cells.append(f"{value:.2f}" + (f" (of {of[1]})" if of and other != name else ""))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _blend_table(blends: dict[str, dict[str, list[float]]]) -> str:
    lines = [f"| weight of the second style | {' | '.join(f'{weight:g}' for weight in WEIGHTS)} |"]
    lines.append(f"|---|{'---|' * len(WEIGHTS)}")
    rises = []
    for who, rows in blends.items():
        for name, values in rows.items():
            if len(values) == len(WEIGHTS):
                lines.append(f"| {who}: {name} | {' | '.join(f'{value:.2f}' for value in values)} |")
            else:
                rises.append(f"{who} {values[0]:.2f}")
    said = f"Steps of a quarter in which the probability rises: {', '.join(rises)}; chance is .5. "
    return "\n".join(lines) + f"\n\n{said}{LINES} blends of each of {len(PAIRS)} pairs of styles."


def _costs(folder: Path, steps: int, guidance: float) -> str:
    opened = f"from collection.generate.diffusion.generator import Diffusion; painter = Diffusion({str(folder)!r})"
    options = {"steps": steps, "guidance": guidance, "batch_size": 1, "dtype": "auto"}
    painter = "from collection.generate.painter.generator import Painter; painter = Painter()"
    seconds, memory = _cost("diffusion", str(folder), 128, "a whale, flat icon style", options, opened)
    other, little = _cost("painter", "painter/1", 512, "a harbour", {}, painter)
    return (
        f"A picture takes {seconds:.1f} s of one core of a processor in {steps} steps, and the process at most "
        f"{memory:.1f} GB of memory, torch and diffusers included; the painter's of 512 pixels {other:.1f} s and "
        f"{little:.1f} GB."
    )


def _cost(generator: str, model: str, side: int, prompt: str, options: dict[str, Any], opened: str) -> list[float]:
    said = COST.format(
        root=str(Path(__file__).parent.parent), opened=opened, generator=generator, model=model, side=side,
        prompt=prompt, options=options,
    )  # fmt: skip
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    return [float(value) for value in done.stdout.split()[-2:]]
