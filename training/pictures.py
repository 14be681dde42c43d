"""The pictures of pictures.zip in memory, and what is put together from them."""

from __future__ import annotations

import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from training.captions import Picture
from training.compose import Composition, compositions, draw
from training.drawings import Thing
from training.places import workshop
from training.scenes import Scene
from training.split import part
from training.words import BACKGROUNDS

SIDE = 128
PAIRS, SEVERAL, PLACED, VARIANTS = 3000, 1000, 1500, 3
"""Pictures put together; each drawing is shown VARIANTS times more, on other grounds."""


@dataclass(frozen=True, slots=True)
class Library:
    """Drawings by code and set, and painted scenes: encoded, decoded when asked for."""

    drawings: dict[tuple[str, str], bytes]
    colours: dict[tuple[str, str], str]
    things: dict[str, Thing]
    scenes: Sequence[tuple[Scene, str, bytes]]
    """What each shows, its part of the split, its file."""

    def drawing(self, code: str, set_name: str) -> Image.Image:
        """A drawing, 128 pixels square, RGBA."""
        return Image.open(io.BytesIO(self.drawings[code, set_name])).convert("RGBA")

    def scene(self, number: int) -> Image.Image:
        """A scene, 128 pixels square, RGB."""
        return Image.open(io.BytesIO(self.scenes[number][2])).convert("RGB")

    def render(self, made: Composition | Scene) -> Image.Image:
        """The RGB picture of a composition or a scene."""
        if isinstance(made, Scene):
            return self.scene(made.number)
        parts = [self.drawing(code, made.set) for code in made.codes]
        return draw(made, parts, SIDE, self.scene(made.scene) if made.scene >= 0 else None)

    def picture(self, made: Composition | Scene) -> Picture:
        """What captions can say of a composition or a scene."""
        if isinstance(made, Scene):
            return Picture(scene=made)
        alone = made.kind in ("plain", "varied")
        return Picture(
            tuple(self.things[code] for code in made.codes),
            made,
            self.colours[made.codes[0], made.set] if alone else "",
            self.scenes[made.scene][0] if made.scene >= 0 else None,
        )


def open_library(path: Path | None = None) -> Library:
    """Read pictures.zip, from the workshop unless a path is given."""
    with zipfile.ZipFile(path or workshop() / "pictures.zip") as archive:
        index: dict[str, Any] = json.loads(archive.read("index.json"))
        things = {
            entry["code"]: Thing(entry["code"], entry["name"], tuple(entry["keywords"]), entry["group"])
            for entry in index["things"]
        }
        drawings, colours = {}, {}
        for number, entry in enumerate(index["drawings"]):
            drawings[entry["code"], entry["set"]] = archive.read(f"drawings/{number:05d}.webp")
            colours[entry["code"], entry["set"]] = entry["colour"]
        scenes = [
            (Scene(number, entry["traits"], entry["styles"]), entry["part"], archive.read(f"scenes/{number:05d}.webp"))
            for number, entry in enumerate(index["scenes"])
        ]
    return Library(drawings, colours, things, scenes)


def trained_on(library: Library) -> Iterator[Composition | Scene]:
    """What the pipeline learns from, each once: drawings, compositions, drawings in scenes, scenes."""
    drawn: dict[str, list[str]] = defaultdict(list)
    for code, set_name in library.drawings:
        drawn[code].append(set_name)
    yield from (one for one in compositions(drawn, PAIRS, SEVERAL) if one.part == "train")
    yield from _variants(library)
    yield from _placed(library)
    yield from (scene for scene, which, _ in library.scenes if which == "train")


def _variants(library: Library) -> Iterator[Composition]:
    for code, set_name in sorted(key for key in library.drawings if part(*key) == "train"):
        for number in range(VARIANTS):
            rng = Random(f"variant {number} {code} {set_name}")
            ground = rng.choice([ground for ground in BACKGROUNDS if ground != "white"])
            yield Composition("plain", set_name, (code,), ground=ground)


def _placed(library: Library) -> Iterator[Composition]:
    known = sorted(key for key in library.drawings if part(*key) == "train")
    grounds = [scene.number for scene, which, _ in library.scenes if which == "train"]
    for number in range(PLACED):
        rng = Random(f"in a scene {number}")
        code, set_name = rng.choice(known)
        yield Composition("placed", set_name, (code,), 1, "", rng.choice(grounds), rng.randrange(2**31))


def as_array(images: Sequence[Image.Image]) -> npt.NDArray[np.uint8]:
    """(n, 128, 128, 3) uint8."""
    return np.stack([np.asarray(image.convert("RGB")) for image in images])
